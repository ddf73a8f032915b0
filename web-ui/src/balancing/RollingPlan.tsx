import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { api } from '../api/client';
import type { BalancingPlan } from '../api/types';
import { ConfirmDialog } from '../common/ConfirmDialog';
import { Panel } from '../common/layout';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { useWork } from '../operations/useWork';
import { progressInWords, type Rolling } from './rolling';
import { RollingHosts } from './RollingHosts';
import { useReview } from './useReview';

/** A rolling maintenance that is open: how far its hosts are, and what its operator can do about it. */
export function RollingPlan({ plan, rolling }: { plan: BalancingPlan; rolling: Rolling }) {
  const { busy, review } = useReview(plan.id);
  const [aborting, setAborting] = useState(false);
  const work = useWork();
  const paused = plan.state === 'paused';
  const ask = (what: string, action: 'pause' | 'resume' | 'abort') =>
    review(`${what} of the rolling maintenance`, () =>
      api.post<BalancingPlan>(`/balancing-plans/${plan.id}/${action}`),
    );
  return (
    <Panel
      title={paused ? 'A rolling maintenance is paused' : 'A rolling maintenance is under way'}
      actions={
        <span className="kv-panel-buttons">
          {paused ? (
            <Button size="sm" isDisabled={busy} onClick={() => void ask('Resumption', 'resume')}>
              Resume
            </Button>
          ) : (
            <Button size="sm" variant="secondary" isDisabled={busy} onClick={() => void ask('Pause', 'pause')}>
              Pause
            </Button>
          )}
          <Button size="sm" variant="secondary" isDanger isDisabled={busy} onClick={() => setAborting(true)}>
            Abort
          </Button>
        </span>
      }
    >
      <p>{plan.reason}</p>
      <p className="kv-plan-facts">
        <StateLabel state={plan.state} />
        <span>
          Begun <RelativeTime time={plan.createdAt} />
        </span>
        <span>{progressInWords(rolling)}</span>
      </p>
      <RollingHosts
        rolling={rolling}
        onActivate={(hostId, hostName) => void work(`Activation of ${hostName}`, `/hosts/${hostId}/activate`)}
      />
      {aborting && (
        <ConfirmDialog
          title="Abort the rolling maintenance?"
          confirm="Abort"
          onConfirm={() => ask('Abort', 'abort')}
          onClose={() => setAborting(false)}
        >
          No other host is begun. Hosts that are in maintenance stay there, and one that is being emptied goes on:
          activate them when you are done.
        </ConfirmDialog>
      )}
    </Panel>
  );
}
