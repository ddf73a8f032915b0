import { Button } from '@patternfly/react-core';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { useOne } from '../api/queries';
import type { ConsoleTicket } from '../api/types';
import { ProblemAlert } from '../common/ProblemAlert';
import { StateLabel } from '../common/StateLabel';
import { Mark } from '../shell/Logo';

const VncScreen = lazy(() => import('./VncScreen'));
const SerialScreen = lazy(() => import('./SerialScreen'));

export type Connection = 'connecting' | 'connected' | 'disconnected';

export interface ScreenHandle {
  sendCtrlAltDel?: () => void;
}

export interface ScreenProps {
  ticket: ConsoleTicket;
  url: string;
  onConnection: (connection: Connection) => void;
  onHandle: (handle: ScreenHandle) => void;
}

function socketUrl(ticket: ConsoleTicket): string {
  const url = new URL(ticket.websocketPath, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

const WORDS: Record<Connection, string> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  disconnected: 'Disconnected',
};

/** The screen or the serial line of one VM, in a window of its own. A ticket is good for one connection. */
export function ConsolePage() {
  const { vmId = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const kind = params.get('kind') === 'serial' ? 'serial' : 'vnc';
  const { data: vm } = useOne('vm', vmId);
  const [ticket, setTicket] = useState<ConsoleTicket>();
  const [error, setError] = useState<unknown>();
  const [connection, setConnection] = useState<Connection>('connecting');
  const [handle, setHandle] = useState<ScreenHandle>({});
  const place = useRef<HTMLDivElement>(null);

  const connect = useCallback(async () => {
    setError(undefined);
    setTicket(undefined);
    setConnection('connecting');
    try {
      setTicket(await api.post<ConsoleTicket>(`/vms/${vmId}/console`, { kind }));
    } catch (failure) {
      setError(failure);
      setConnection('disconnected');
    }
  }, [vmId, kind]);

  useEffect(() => {
    // Deferred, so that an effect run twice in development does not spend two tickets.
    const timer = setTimeout(() => void connect(), 0);
    return () => clearTimeout(timer);
  }, [connect]);
  useEffect(() => {
    document.title = vm ? `${vm.name} – Kvorum console` : 'Kvorum console';
  }, [vm]);

  const Screen = kind === 'vnc' ? VncScreen : SerialScreen;
  return (
    <div className="kv-console" data-connection={connection}>
      <header className="kv-console-bar">
        <Mark size={20} />
        <strong>{vm?.name ?? 'Console'}</strong>
        {vm && <StateLabel state={vm.state} kind="vm" />}
        <span className="kv-console-connection" role="status">
          {WORDS[connection]}
        </span>
        <Button size="sm" variant="secondary" onClick={() => setParams({ kind: kind === 'vnc' ? 'serial' : 'vnc' })}>
          {kind === 'vnc' ? 'Serial' : 'Screen'}
        </Button>
        {kind === 'vnc' && (
          <Button
            size="sm"
            variant="secondary"
            isDisabled={connection !== 'connected'}
            onClick={() => handle.sendCtrlAltDel?.()}
          >
            Ctrl-Alt-Del
          </Button>
        )}
        <Button size="sm" variant="secondary" onClick={() => void place.current?.requestFullscreen()}>
          Full screen
        </Button>
        <Button
          size="sm"
          variant={connection === 'disconnected' ? 'primary' : 'secondary'}
          onClick={() => void connect()}
        >
          Reconnect
        </Button>
      </header>
      <ProblemAlert error={error} />
      <div ref={place} className="kv-console-place">
        {ticket && (
          <Suspense fallback={null}>
            <Screen
              key={ticket.ticket}
              ticket={ticket}
              url={socketUrl(ticket)}
              onConnection={setConnection}
              onHandle={setHandle}
            />
          </Suspense>
        )}
      </div>
    </div>
  );
}
