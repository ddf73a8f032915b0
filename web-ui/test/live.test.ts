import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Coalescer, staleKeys, type Change } from '../src/live/invalidation';
import { listKey, oneKey } from '../src/api/queries';

describe('live updates', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gathers a storm of changes into one batch', () => {
    const batches: number[][] = [];
    const coalescer = new Coalescer<number>((batch) => batches.push(batch), 250);
    for (let n = 0; n < 1000; n += 1) coalescer.add(n);
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(batches.map((batch) => batch.length)).toEqual([1000]);
    coalescer.add(1);
    vi.advanceTimersByTime(250);
    expect(batches.length).toBe(2);
  });

  it('hands nothing on once stopped', () => {
    const flush = vi.fn();
    const coalescer = new Coalescer<number>(flush);
    coalescer.add(1);
    coalescer.stop();
    vi.advanceTimersByTime(1000);
    expect(flush).not.toHaveBeenCalled();
  });

  it('names each thing once, however often it changed', () => {
    const changes: Change[] = Array.from({ length: 50 }, () => ({ kind: 'vm', id: 'a' }));
    const keys = staleKeys(changes).map((key) => JSON.stringify(key));
    expect(keys.length).toBe(new Set(keys).size);
    expect(keys).toContain('["vm","one","a"]');
    expect(keys).toContain('["tree"]');
  });

  it('leaves the tree alone when only operations move', () => {
    expect(staleKeys([{ kind: 'operation', id: 'o' }])).toEqual([
      ['operation', 'one', 'o'],
      ['operation', 'list'],
    ]);
  });

  it('marks the changed VM and its lists stale in the cache, and no other VM', async () => {
    const client = new QueryClient();
    client.setQueryData(oneKey('vm', 'a'), {});
    client.setQueryData(oneKey('vm', 'b'), {});
    client.setQueryData(listKey('vm', { clusterId: 'c' }), {});
    client.setQueryData(listKey('network'), {});
    for (const queryKey of staleKeys([{ kind: 'Vm', id: 'a' }])) await client.invalidateQueries({ queryKey });
    const stale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
    expect(stale(oneKey('vm', 'a'))).toBe(true);
    expect(stale(listKey('vm', { clusterId: 'c' }))).toBe(true);
    expect(stale(oneKey('vm', 'b'))).toBe(false);
    expect(stale(listKey('network'))).toBe(false);
  });
});
