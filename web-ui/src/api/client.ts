import { ProblemError, problemOf, readProblem } from './problem';

const BASE = '/api/v1';

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

let unauthorized: () => void = () => undefined;

/** Says what to do when the engine no longer knows the session. */
export function onUnauthorized(callback: () => void): void {
  unauthorized = callback;
}

export function apiUrl(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (Array.isArray(value)) value.forEach((one) => params.append(key, String(one)));
    else if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return BASE + path + (text ? `?${text}` : '');
}

/** Headers of a change: the CSRF proof, and a key that makes a repeated request harmless. */
export function changeHeaders(): Record<string, string> {
  return { 'X-Kvorum-Request': '1', 'Idempotency-Key': newKey() };
}

/** `crypto.randomUUID` exists only on https and localhost; an engine on plain http must work too. */
function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A body that is a file has its type; any other is JSON. */
async function request<T>(method: string, path: string, body?: unknown, query?: Query, revision?: number): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
  if (method !== 'GET') Object.assign(headers, changeHeaders());
  if (body !== undefined) headers['Content-Type'] = body instanceof Blob ? body.type : 'application/json';
  if (revision !== undefined) headers['If-Match'] = `"${revision}"`;
  let response: Response;
  try {
    response = await fetch(apiUrl(path, query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    throw new ProblemError(problemOf(error));
  }
  if (response.status === 401 && path !== '/session') unauthorized();
  if (!response.ok) throw new ProblemError(await readProblem(response));
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, query?: Query) => request<T>('GET', path, undefined, query),
  post: <T>(path: string, body?: unknown, query?: Query) => request<T>('POST', path, body, query),
  put: <T>(path: string, body: unknown) => request<T>('PUT', path, body),
  patch: <T>(path: string, body: unknown, revision?: number) => request<T>('PATCH', path, body, undefined, revision),
  delete: <T>(path: string) => request<T>('DELETE', path),
};
