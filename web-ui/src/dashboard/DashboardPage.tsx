import { Link } from 'react-router';
import { useList } from '../api/queries';
import type { Overview } from '../api/types';
import { bytes, count, words } from '../common/format';
import { Meter, PageHeader, Panel } from '../common/layout';
import { StateIcon, StateLabel } from '../common/StateLabel';
import { toneOf } from '../common/states';
import { EventTable } from '../events/EventTable';
import { useStatus } from '../shell/TopBar';
import { Empty } from '../common/Empty';
import { CapacityMeters } from './CapacityMeters';
import { useOverview } from './useCapacity';

export function DashboardPage() {
  const { data: status } = useStatus();
  const { data: overview } = useOverview();
  const { data: lost } = useList('vm', { state: 'unknown', limit: 20 });
  const { data: storage } = useList('storage_domain', { limit: 1000 });
  const { data: events } = useList('event', { limit: 12 });
  const total = storage?.items.reduce((sum, domain) => sum + (domain.capacityBytes ?? 0), 0) ?? 0;
  const free = storage?.items.reduce((sum, domain) => sum + (domain.availableBytes ?? 0), 0) ?? 0;
  return (
    <>
      <PageHeader
        title="Dashboard"
        subtitle={
          status?.leader && (
            <span className="kv-subtle">
              Engine {status.version}, led by {status.leader.replicaId}
              {status.leader.isThisReplica ? ' (this one)' : ''}
            </span>
          )
        }
      />
      <div className="kv-page-body">
        <div className="kv-panels kv-panels-3">
          <Panel title="Hosts">
            <States kind="host" total={status?.hosts?.total} states={status?.hosts?.byState} />
          </Panel>
          <Panel title="Virtual machines">
            <States kind="vm" total={status?.vms?.total} states={status?.vms?.byState} />
          </Panel>
          <Panel title="Capacity">
            <CapacityMeters capacity={overview?.capacity} />
            <Meter
              label="Storage"
              ratio={total ? (total - free) / total : null}
              text={total ? `${bytes(total - free)} of ${bytes(total)}` : undefined}
            />
          </Panel>
        </div>
        <div className="kv-panels kv-panels-wide">
          <Panel title="Needs attention">
            <Attention overview={overview} vms={lost?.items ?? []} />
          </Panel>
          <Panel title="Recent events" actions={<Link to="/events">All events</Link>}>
            <EventTable events={events?.items} compact />
          </Panel>
        </div>
      </div>
    </>
  );
}

interface Stated {
  id: string;
  name: string;
  state: string;
  stateReason?: string | null;
}

interface StatesProps {
  kind: 'host' | 'vm';
  total: number | undefined;
  states: Readonly<Record<string, number>> | undefined;
}

function States({ kind, total, states }: StatesProps) {
  const path = kind === 'host' ? '/hosts' : '/vms';
  if (total === 0) return <Empty title={kind === 'host' ? 'No hosts yet' : 'No VMs yet'} />;
  return (
    <div className="kv-states">
      <Link to={path} className="kv-big-number">
        {total}
      </Link>
      <ul>
        {Object.entries(states ?? {}).map(([state, number]) => (
          <li key={state}>
            <Link to={`${path}?state=${state}`}>
              <StateIcon state={state} kind={kind} />
              <strong>{number}</strong> {words(state).toLowerCase()}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Hosts with what is wrong with them, and VMs of which nobody knows whether they run. */
export function Attention({ overview, vms }: { overview: Overview | undefined; vms: Stated[] }) {
  const complaints = overview?.complaints ?? [];
  if (complaints.length + vms.length === 0) {
    return <p className="kv-subtle">{overview ? 'Nothing needs you now.' : 'The hosts are not known yet.'}</p>;
  }
  const named = new Set(complaints.map((complaint) => complaint.hostId)).size;
  const more = (overview?.complainedOf ?? 0) - named;
  return (
    <ul className="kv-attention">
      {complaints.map(({ hostId, hostName, state, words: complaint }) => (
        <li key={hostId + complaint}>
          <StateIcon state={toneOf(state, 'host') === 'bad' ? 'failed' : 'warning'} title="Attention" />
          <Link to={`/hosts/${hostId}`}>{hostName}</Link>
          <span>{complaint}</span>
        </li>
      ))}
      {more > 0 && <li className="kv-subtle">and {count(more, 'host')} more</li>}
      {vms.map((vm) => (
        <li key={vm.id}>
          <StateLabel state={vm.state} kind="vm" />
          <Link to={`/vms/${vm.id}`}>{vm.name}</Link>
          <span>{vm.stateReason}</span>
        </li>
      ))}
    </ul>
  );
}
