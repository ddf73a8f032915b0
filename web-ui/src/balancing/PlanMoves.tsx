import { Button } from '@patternfly/react-core';
import { Link } from 'react-router';
import type { BalancingPlan, Cluster } from '../api/types';
import { duration } from '../common/format';
import { StateLabel } from '../common/StateLabel';
import { LoadChange } from './LoadChange';
import { purposeInWords } from './plan';

interface Props {
  plan: BalancingPlan;
  cluster: Cluster;
  /** Given while moves can be left out. */
  onLeaveOut?: (vmId: string, vmName: string) => void;
}

/** `3.1 GB`: decimal, as networks are measured. */
export const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** The moves of a plan in their order: each a sentence, what it does to both hosts, what it costs, what became of it. */
export function PlanMoves({ plan, cluster, onLeaveOut }: Props) {
  const limits = {
    cpuPercent: cluster.highUtilizationPercent,
    memoryPercent: cluster.balancing.memoryHighPercent,
  };
  return (
    <ol className="kv-moves" aria-label="Moves">
      {plan.moves.map((move, index) => (
        <li key={move.vmId} className={`kv-move kv-move-${move.state}`}>
          <span className="kv-move-number">{index + 1}</span>
          <div className="kv-move-words">
            <p>
              Move <Link to={`/vms/${move.vmId}`}>{move.vmName}</Link> from {move.from.hostName} to {move.to.hostName}
              {move.purpose && move.purpose !== 'even_out' && (
                <span className="kv-tag">{purposeInWords(move.purpose)}</span>
              )}
            </p>
            <p className="kv-subtle">
              Copies {gigabytes(move.costBytes)} in {duration(move.costMillis)}; stands still for{' '}
              {duration(move.downtimeMillis)}
            </p>
            {move.note && <p className="kv-move-note">{move.note}</p>}
          </div>
          <LoadChange host={move.from} limits={limits} />
          <LoadChange host={move.to} limits={limits} />
          <span className="kv-move-state">
            <StateLabel state={move.state} />
            {onLeaveOut && move.state === 'planned' && (
              <Button
                variant="link"
                size="sm"
                isInline
                aria-label={`Leave out the move of ${move.vmName}`}
                onClick={() => onLeaveOut(move.vmId, move.vmName)}
              >
                Leave out
              </Button>
            )}
          </span>
        </li>
      ))}
      {plan.switches?.map((off, index) => (
        <li key={off.hostId} className={`kv-move kv-move-${off.state}`}>
          <span className="kv-move-number">{plan.moves.length + index + 1}</span>
          <div className="kv-move-words kv-move-switch">
            <p>
              Then switch off <Link to={`/hosts/${off.hostId}`}>{off.hostName}</Link>
            </p>
            {off.note && <p className="kv-move-note">{off.note}</p>}
          </div>
          <span className="kv-move-state">
            <StateLabel state={off.state} />
          </span>
        </li>
      ))}
    </ol>
  );
}
