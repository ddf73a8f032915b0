import { Button } from '@patternfly/react-core';
import { api } from '../api/client';
import type { BalancingPlan, Cluster } from '../api/types';
import { duration } from '../common/format';
import { Panel } from '../common/layout';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { anythingLeft, costToCome, movesInWords } from './plan';
import { gigabytes, PlanMoves } from './PlanMoves';
import { useReview } from './useReview';

/** A plan of moves that waits for approval, or is carried out. */
export function OpenPlan({ plan, cluster }: { plan: BalancingPlan; cluster: Cluster }) {
  const { busy, review } = useReview(plan.id);
  const proposed = plan.state === 'proposed';
  const cost = costToCome(plan.moves);
  const path = `/balancing-plans/${plan.id}`;
  return (
    <Panel
      title={proposed ? 'A plan waits for approval' : 'A plan is carried out'}
      actions={
        proposed && (
          <span className="kv-panel-buttons">
            <Button
              size="sm"
              isDisabled={busy || !anythingLeft(plan)}
              onClick={() => void review('Approval of the plan', () => api.post<BalancingPlan>(`${path}/approve`))}
            >
              Approve
            </Button>
            <Button
              size="sm"
              variant="secondary"
              isDisabled={busy}
              onClick={() => void review('Rejection of the plan', () => api.post<BalancingPlan>(`${path}/reject`))}
            >
              Reject
            </Button>
          </span>
        )
      }
    >
      <p>{plan.reason}</p>
      <p className="kv-plan-facts">
        <StateLabel state={plan.state} />
        <span>
          Made <RelativeTime time={plan.createdAt} />
        </span>
        <span>Moves: {movesInWords(plan)}</span>
        {cost.moves > 0 && (
          <span>
            To copy: {gigabytes(cost.bytes)}, {duration(cost.millis)} one after another
          </span>
        )}
      </p>
      <PlanMoves
        plan={plan}
        cluster={cluster}
        onLeaveOut={
          proposed && !busy
            ? (vmId, vmName) =>
                void review(`Leaving out ${vmName}`, () => api.delete<BalancingPlan>(`${path}/moves/${vmId}`))
            : undefined
        }
      />
    </Panel>
  );
}
