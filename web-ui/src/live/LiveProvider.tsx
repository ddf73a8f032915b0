import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { apiUrl } from '../api/client';
import { Coalescer, staleKeys, type Change } from './invalidation';

const Connected = createContext(true);

/** Whether the stream of changes is open; while it is not, what is shown may be old. */
export const useConnected = () => useContext(Connected);

const RETRY_MS = 2000;
/** A short gap, such as the engine's own reconnect, is no reason to alarm anyone. */
const PATIENCE_MS = 1500;

/** Keeps one stream of changes open and marks what it names as stale in the cache. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [connected, setConnected] = useState(true);

  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let alarm: ReturnType<typeof setTimeout> | undefined;
    let wasOpen = false;
    const changes = new Coalescer<Change>((batch) => {
      for (const queryKey of staleKeys(batch)) void queryClient.invalidateQueries({ queryKey });
    });

    const open = () => {
      source = new EventSource(apiUrl('/changes'));
      source.onopen = () => {
        clearTimeout(alarm);
        alarm = undefined;
        setConnected(true);
        // Changes made while the stream was closed are lost to it: everything on screen is asked for again.
        if (wasOpen) void queryClient.invalidateQueries();
        wasOpen = true;
      };
      source.onerror = () => {
        alarm ??= setTimeout(() => setConnected(false), PATIENCE_MS);
        if (source?.readyState !== EventSource.CLOSED) return;
        retry = setTimeout(open, RETRY_MS);
        // Tells an ended session (401, which leads to the login page) from an engine that is away.
        void queryClient.invalidateQueries({ queryKey: ['status'] });
      };
      source.addEventListener('change', (message) => changes.add(JSON.parse(message.data) as Change));
      source.addEventListener('reset', () => void queryClient.invalidateQueries());
      source.addEventListener('event', () => changes.add({ kind: 'event', id: 'new' }));
    };
    open();

    return () => {
      clearTimeout(retry);
      clearTimeout(alarm);
      changes.stop();
      source?.close();
    };
  }, [queryClient]);

  return <Connected value={connected}>{children}</Connected>;
}
