import { Button } from '@patternfly/react-core';
import { AngleDownIcon } from '@patternfly/react-icons/dist/esm/icons/angle-down-icon';
import { AngleUpIcon } from '@patternfly/react-icons/dist/esm/icons/angle-up-icon';
import { useEffect, useState } from 'react';
import { useList } from '../api/queries';
import { StateIcon } from '../common/StateLabel';
import { operationName } from '../common/format';
import { useNotifications } from '../common/Notifications';
import { EventTable } from '../events/EventTable';
import { OperationTable } from '../operations/OperationTable';
import { hasEnded, takeFailures } from '../operations/followed';
import { Resizer, useStoredSize } from './Resizer';

const RECENT = 50;

/** What the engine is doing and what has happened, always in sight. */
export function BottomPanel() {
  const [height, setHeight] = useStoredSize('kvorum.panel.height', 190);
  const [open, setOpen] = useState(() => localStorage.getItem('kvorum.panel.open') !== 'false');
  const [tab, setTab] = useState<'operations' | 'events'>('operations');
  const { data: operations } = useList('operation', { limit: RECENT, sort: '-createdAt' });
  const [severity, setSeverity] = useState('');
  const { data: events } = useList('event', { limit: RECENT, severity }, open && tab === 'events');
  const { notify } = useNotifications();

  useEffect(() => {
    for (const operation of takeFailures(operations?.items ?? [])) {
      const { problem, summary } = operation;
      notify(
        'danger',
        `${operationName(operation.type)} of ${operation.subject?.name ?? 'an object'} failed`,
        problem?.detail ?? problem?.title ?? summary,
      );
    }
  }, [operations, notify]);

  const running = operations?.items.filter((operation) => !hasEnded(operation)).length ?? 0;
  const show = (next: boolean) => {
    setOpen(next);
    localStorage.setItem('kvorum.panel.open', String(next));
  };
  const choose = (next: typeof tab) => {
    setTab(next);
    show(true);
  };
  return (
    <section className="kv-bottom" style={{ height: open ? height : undefined }} aria-label="Operations and events">
      {open && (
        <Resizer
          direction="vertical"
          label="Height of the panel"
          size={height}
          min={90}
          max={520}
          onResize={setHeight}
        />
      )}
      <div className="kv-bottom-bar">
        <div role="tablist" aria-label="Operations and events">
          <button role="tab" type="button" aria-selected={tab === 'operations'} onClick={() => choose('operations')}>
            Operations
            {running > 0 && (
              <span className="kv-running">
                <StateIcon state="running" title="Running" />
                {running}
              </span>
            )}
          </button>
          <button role="tab" type="button" aria-selected={tab === 'events'} onClick={() => choose('events')}>
            Events
          </button>
        </div>
        {open && tab === 'events' && (
          <select aria-label="Severity" value={severity} onChange={(event) => setSeverity(event.target.value)}>
            <option value="">All severities</option>
            <option value="warning">Warnings</option>
            <option value="error">Errors</option>
            <option value="info">Information</option>
          </select>
        )}
        <Button
          variant="plain"
          size="sm"
          className="kv-bottom-toggle"
          aria-label={open ? 'Close the panel' : 'Open the panel'}
          icon={open ? <AngleDownIcon /> : <AngleUpIcon />}
          onClick={() => show(!open)}
        />
      </div>
      {open && (
        <div className="kv-bottom-body" role="tabpanel" aria-label={tab}>
          {tab === 'operations' ? (
            <OperationTable operations={operations?.items} />
          ) : (
            <EventTable events={events?.items} />
          )}
        </div>
      )}
    </section>
  );
}
