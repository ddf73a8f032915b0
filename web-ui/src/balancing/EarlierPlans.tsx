import { AngleRightIcon } from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import { Fragment, useState } from 'react';
import type { BalancingPlan, Cluster } from '../api/types';
import { exactTime } from '../common/format';
import { Panel } from '../common/layout';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { movesInWords } from './plan';
import { PlanMoves } from './PlanMoves';
import { progressInWords } from './rolling';
import { RollingHosts } from './RollingHosts';

/** Plans that have ended, the newest first; their moves fold out. */
export function EarlierPlans({ plans, cluster }: { plans: readonly BalancingPlan[]; cluster: Cluster }) {
  const [open, setOpen] = useState<string>();
  return (
    <Panel title="Earlier plans">
      <table className="kv-grid" aria-label="Earlier plans">
        <thead>
          <tr>
            <th />
            <th>Made</th>
            <th>State</th>
            <th>Moves, hosts</th>
            <th>Why, and what came of it</th>
          </tr>
        </thead>
        <tbody>
          {plans.map((plan) => {
            const unfolded = open === plan.id;
            const told = [plan.reason, plan.outcome].filter(Boolean).join('. ');
            return (
              <Fragment key={plan.id}>
                <tr>
                  <td>
                    <button
                      type="button"
                      aria-label={`Moves of the plan of ${exactTime(plan.createdAt)}`}
                      aria-expanded={unfolded}
                      className={unfolded ? 'kv-twist kv-open' : 'kv-twist'}
                      onClick={() => setOpen(unfolded ? undefined : plan.id)}
                    >
                      <AngleRightIcon />
                    </button>
                  </td>
                  <td>
                    <RelativeTime time={plan.createdAt} />
                  </td>
                  <td>
                    <StateLabel state={plan.state} />
                  </td>
                  <td>{plan.rolling ? progressInWords(plan.rolling) : movesInWords(plan)}</td>
                  <td className="kv-words" title={told}>
                    {told}
                  </td>
                </tr>
                {unfolded && (
                  <tr className="kv-grid-details">
                    <td colSpan={5}>
                      <p>{plan.reason}</p>
                      {plan.outcome && <p>{plan.outcome}</p>}
                      {plan.rolling ? (
                        <RollingHosts rolling={plan.rolling} />
                      ) : (
                        <PlanMoves plan={plan} cluster={cluster} />
                      )}
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
