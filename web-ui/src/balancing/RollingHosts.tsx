import { Button } from '@patternfly/react-core';
import { Link } from 'react-router';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import type { Rolling } from './rolling';

interface Props {
  rolling: Rolling;
  /** Given while hosts can be taken back. */
  onActivate?: (hostId: string, hostName: string) => void;
}

/** The hosts of a rolling maintenance in their order: how far each is, since when, and why it waits or failed. */
export function RollingHosts({ rolling, onActivate }: Props) {
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
            {onActivate && host.step === 'in_maintenance' && (
              <Button
                variant="link"
                size="sm"
                isInline
                aria-label={`Activate ${host.hostName}`}
                onClick={() => onActivate(host.hostId, host.hostName)}
              >
                Activate
              </Button>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
