import { Link } from 'react-router';
import type { BalancingPlan } from '../api/types';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';

/** The hosts of a rolling maintenance in their order: how far each is, since when, and why it waits or failed. */
export function RollingHosts({ rolling }: { rolling: NonNullable<BalancingPlan['rolling']> }) {
  return (
    <ol className="kv-moves" aria-label="Hosts">
      {rolling.hosts.map((host, index) => (
        <li key={host.hostId} className="kv-move">
          <span className="kv-move-number">{index + 1}</span>
          <div className="kv-move-words kv-move-switch">
            <p>
              <Link to={`/hosts/${host.hostId}`}>{host.hostName}</Link>{' '}
              {host.since && (
                <span className="kv-subtle">
                  <RelativeTime time={host.since} />
                </span>
              )}
            </p>
            {host.note && <p className="kv-move-note">{host.note}</p>}
          </div>
          <span className="kv-move-state">
            <StateLabel state={host.step} />
          </span>
        </li>
      ))}
    </ol>
  );
}
