import { Button } from '@patternfly/react-core';
import { AngleRightIcon } from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import { Fragment, useState } from 'react';
import type { Operation } from '../api/types';
import { Empty } from '../common/Empty';
import { between, duration, operationName } from '../common/format';
import { ObjectLink } from '../common/ObjectLink';
import { RelativeTime, useNow } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { hasEnded } from './followed';
import { OperationDetails } from './OperationDetails';
import { useWork } from './useWork';

interface Props {
  operations: Operation[] | undefined;
  hideSubject?: boolean;
}

/** Operations with their progress; a row opens to its steps and its explanation. */
export function OperationTable({ operations, hideSubject = false }: Props) {
  const [open, setOpen] = useState<string>();
  if (operations?.length === 0) return <Empty title="No operations yet" />;
  return (
    <table className="kv-grid" aria-label="Operations">
      <thead>
        <tr>
          <th aria-label="Details" />
          <th>Operation</th>
          {!hideSubject && <th>Object</th>}
          <th>State</th>
          <th>Details</th>
          <th>By</th>
          <th>Started</th>
          <th className="kv-numeric">Duration</th>
          <th aria-label="Actions" />
        </tr>
      </thead>
      <tbody>
        {operations?.map((operation) => (
          <Fragment key={operation.id}>
            <Row
              operation={operation}
              hideSubject={hideSubject}
              open={open === operation.id}
              onToggle={() => setOpen(open === operation.id ? undefined : operation.id)}
            />
            {open === operation.id && (
              <tr className="kv-grid-details">
                <td colSpan={hideSubject ? 8 : 9}>
                  <OperationDetails operation={operation} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  operation: Operation;
  hideSubject: boolean;
  open: boolean;
  onToggle: () => void;
}

function Row({ operation, hideSubject, open, onToggle }: RowProps) {
  const work = useWork();
  const name = operationName(operation.type);
  const ended = hasEnded(operation);
  return (
    <tr>
      <td>
        <button
          type="button"
          aria-label={`Details of ${name}`}
          aria-expanded={open}
          className={open ? 'kv-twist kv-open' : 'kv-twist'}
          onClick={onToggle}
        >
          <AngleRightIcon />
        </button>
      </td>
      <td className="kv-nowrap">{name}</td>
      {!hideSubject && (
        <td>
          <ObjectLink subject={operation.subject} />
        </td>
      )}
      <td>
        {operation.state === 'running' ? <Progress operation={operation} /> : <StateLabel state={operation.state} />}
      </td>
      <td className="kv-words" title={wordsOf(operation)}>
        {wordsOf(operation)}
      </td>
      <td>{operation.requestedBy}</td>
      <td>
        <RelativeTime time={operation.startedAt ?? operation.createdAt} />
      </td>
      <td className="kv-numeric">{ended ? <Took operation={operation} /> : <Running operation={operation} />}</td>
      <td>
        {!ended && (
          <Button
            variant="link"
            size="sm"
            isInline
            onClick={() => void work(`Cancelling ${name}`, `/operations/${operation.id}/cancel`)}
          >
            Cancel
          </Button>
        )}
      </td>
    </tr>
  );
}

/** A failure says why, a success what came of it, running work which step it is at. */
function wordsOf(operation: Operation): string {
  const { problem, summary, steps } = operation;
  if (operation.state === 'failed' || operation.state === 'refused') {
    return problem?.detail ?? problem?.title ?? summary ?? '';
  }
  const step = steps?.find((candidate) => candidate.state === 'running');
  return (hasEnded(operation) ? summary : [step?.name, step?.detail].filter(Boolean).join(': ')) || summary || '';
}

function Progress({ operation }: { operation: Operation }) {
  const { progressPercent: percent } = operation;
  if (percent === null || percent === undefined) return <StateLabel state="running" />;
  return (
    <span className="kv-progress" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <span className="kv-bar">
        <span style={{ width: `${percent}%` }} />
      </span>
      {percent} %
    </span>
  );
}

function Took({ operation }: { operation: Operation }) {
  return <>{duration(between(operation.startedAt ?? operation.createdAt, operation.endedAt))}</>;
}

function Running({ operation }: { operation: Operation }) {
  const now = useNow(1000);
  return <>{duration(between(operation.startedAt ?? operation.createdAt, null, now))}</>;
}
