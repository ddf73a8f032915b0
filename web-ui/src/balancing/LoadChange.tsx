import type { BalancingMove } from '../api/types';
import { Link } from 'react-router';

type HostChange = BalancingMove['from'];

const whole = (ratio: number) => Math.round(ratio * 100);
const width = (ratio: number) => `${Math.min(100, Math.max(0, ratio * 100))}%`;

interface Limits {
  cpuPercent: number;
  memoryPercent: number;
}

/** What a move does to one of its hosts: CPU and memory before it and after it, with the limit as a mark. */
export function LoadChange({ host, limits }: { host: HostChange; limits: Limits }) {
  return (
    <div className="kv-load-change">
      <Link to={`/hosts/${host.hostId}`}>{host.hostName}</Link>
      <Change label="CPU" before={host.cpuBefore} after={host.cpuAfter} limit={limits.cpuPercent} />
      <Change label="Memory" before={host.memoryBefore} after={host.memoryAfter} limit={limits.memoryPercent} />
    </div>
  );
}

function Change({ label, before, after, limit }: { label: string; before: number; after: number; limit: number }) {
  const over = after * 100 > limit;
  return (
    <div
      className="kv-change"
      title={`${label}: ${whole(before)} % before, ${whole(after)} % after; busy above ${limit} %`}
    >
      <span className="kv-subtle">{label}</span>
      <span className="kv-change-bar" aria-hidden="true">
        <span className="kv-change-before" style={{ width: width(before) }} />
        <span className={over ? 'kv-change-after kv-over' : 'kv-change-after'} style={{ width: width(after) }} />
        <span className="kv-change-limit" style={{ insetInlineStart: width(limit / 100) }} />
      </span>
      <span className="kv-change-text">
        {whole(before)} → {whole(after)} %
      </span>
    </div>
  );
}
