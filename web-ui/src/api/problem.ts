import type { Problem } from './types';

/** A refused or failed request, with the engine's own words. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ProblemError';
  }
}

/** The problem behind any thrown value, so that every failure can be shown in words. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'The request did not reach the engine', status: 0, detail };
}

/** Messages by field; a field path such as `hardware.memoryBytes` also stands under its last part. */
export function fieldErrors(problem: Problem | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const error of problem?.errors ?? []) {
    const last = error.field.split('.').at(-1) ?? error.field;
    found[error.field] ??= error.message;
    found[last] ??= error.message;
  }
  return found;
}

/** Reads the problem from an answer; proxies and crashes may send something that is none. */
export async function readProblem(response: Response): Promise<Problem> {
  const fallback: Problem = { title: response.statusText || `HTTP ${response.status}`, status: response.status };
  if (!(response.headers.get('content-type') ?? '').includes('json')) return fallback;
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}
