import { apiUrl, changeHeaders, type Query } from '../api/client';
import { ProblemError } from '../api/problem';
import type { Image, Problem } from '../api/types';

export interface Upload {
  done: Promise<Image>;
  abort: () => void;
}

/** Streams the file as the body. XMLHttpRequest, because fetch tells nothing of the progress of an upload. */
export function uploadImage(file: File, query: Query, onProgress: (sentBytes: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Image>((resolve, reject) => {
    request.open('POST', apiUrl('/images', query));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(changeHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Image);
      else reject(new ProblemError(problemFrom(request)));
    };
    request.onerror = () => reject(new Error('The connection broke during the upload'));
    request.onabort = () => reject(new Error('The upload was cancelled'));
    request.send(file);
  });
  return { done, abort: () => request.abort() };
}

function problemFrom(request: XMLHttpRequest): Problem {
  const fallback = { title: request.statusText || `HTTP ${request.status}`, status: request.status };
  try {
    return { ...fallback, ...(JSON.parse(request.responseText) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}
