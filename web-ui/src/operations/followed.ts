import type { Operation } from '../api/types';

/** Operations that this page started and whose outcome it has not told yet. */
const followed = new Set<string>();

export function follow(id: string): void {
  followed.add(id);
}

const ENDED = new Set(['succeeded', 'failed', 'refused', 'cancelled']);

export const hasEnded = (operation: Operation) => ENDED.has(operation.state);

/** Takes out those that ended, and answers the ones that failed. */
export function takeFailures(operations: readonly Operation[]): Operation[] {
  const ended = operations.filter((operation) => followed.has(operation.id) && hasEnded(operation));
  for (const operation of ended) followed.delete(operation.id);
  return ended.filter((operation) => operation.state === 'failed' || operation.state === 'refused');
}
