import { Button, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useList } from '../api/queries';
import { words } from '../common/format';
import { PageHeader } from '../common/layout';
import { ProblemAlert } from '../common/ProblemAlert';
import { OperationTable } from './OperationTable';

const STATES = ['queued', 'running', 'succeeded', 'failed', 'refused', 'cancelled'];

export function OperationsPage() {
  const [params, setParams] = useSearchParams();
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  const state = params.get('state') ?? '';
  const { data, error } = useList('operation', { state, limit: 100, sort: '-createdAt', cursor: cursors.at(-1) });
  const next = data?.nextCursor;
  return (
    <>
      <PageHeader title="Operations" />
      <div className="kv-page-body">
        <div className="kv-toolbar">
          <FormSelect
            className="kv-filter"
            aria-label="State"
            value={state}
            onChange={(_event, value) => {
              setCursors([undefined]);
              setParams(value ? { state: value } : {}, { replace: true });
            }}
          >
            <FormSelectOption value="" label="Any state" />
            {STATES.map((value) => (
              <FormSelectOption key={value} value={value} label={words(value)} />
            ))}
          </FormSelect>
          {(cursors.length > 1 || next) && (
            <span className="kv-toolbar-end kv-pager">
              <Button
                size="sm"
                variant="secondary"
                isDisabled={cursors.length < 2}
                onClick={() => setCursors(cursors.slice(0, -1))}
              >
                Newer
              </Button>
              <Button
                size="sm"
                variant="secondary"
                isDisabled={!next}
                onClick={() => setCursors([...cursors, next ?? undefined])}
              >
                Older
              </Button>
            </span>
          )}
        </div>
        <ProblemAlert error={error} />
        <OperationTable operations={data?.items} />
      </div>
    </>
  );
}
