import type { QueryKey } from '@tanstack/react-query';
import { normalKind } from '../common/ObjectLink';

export interface Change {
  kind: string;
  id: string;
  revision?: number;
  deleted?: boolean;
}

/** Kinds that the inventory tree shows. */
const IN_TREE = new Set(['data_center', 'cluster', 'host', 'vm']);

/** Kinds whose change alters the numbers that another kind shows (a host's VM count, a template's VM count…). */
const ALSO: Record<string, string[]> = {
  vm: ['host', 'template', 'instance_type'],
  image: ['storage_domain'],
};

/**
 * The cache keys that a batch of changes makes stale: each object by its id, the lists of its kind once, and the tree
 * and the status once when an object of the inventory changed.
 */
export function staleKeys(changes: readonly Change[]): QueryKey[] {
  const keys = new Map<string, QueryKey>();
  const add = (key: QueryKey) => keys.set(JSON.stringify(key), key);
  for (const change of changes) {
    const kind = normalKind(change.kind);
    add([kind, 'one', change.id]);
    add([kind, 'list']);
    for (const other of ALSO[kind] ?? []) add([other, 'list']);
    if (kind === 'vm') add(['host', 'one']);
    if (IN_TREE.has(kind)) {
      add(['tree']);
      add(['status']);
    }
  }
  return [...keys.values()];
}

/** Gathers changes and hands them on together, so that a storm of them costs one refetch for each thing on screen. */
export class Coalescer<T> {
  private waiting: T[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly flush: (batch: T[]) => void,
    private readonly delayMs = 250,
  ) {}

  add(item: T): void {
    this.waiting.push(item);
    this.timer ??= setTimeout(() => {
      const batch = this.waiting;
      this.waiting = [];
      this.timer = undefined;
      this.flush(batch);
    }, this.delayMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
  }
}
