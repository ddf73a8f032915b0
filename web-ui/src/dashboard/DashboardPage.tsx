import { Link } from 'react-router';
import { useList } from '../api/queries';
import type { Host } from '../api/types';
import { bytes, count, percent, words } from '../common/format';
import { Meter, PageHeader, Panel } from '../common/layout';
import { StateIcon, StateLabel } from '../common/StateLabel';
import { toneOf } from '../common/states';
import { EventTable } from '../events/EventTable';
import { useStatus } from '../shell/TopBar';
import { Empty } from '../common/Empty';
import { capacityOf } from './capacity';

export function DashboardPage() {
  const { data: status } = useStatus();
  const { data: hosts } = useList('host', { limit: 1000 });
  const { data: lost } = useList('vm', { state: 'unknown', limit: 20 });
  const { data: storage } = useList('storage_domain', { limit: 1000 });
  const { data: events } = useList('event', { limit: 12 });
  const capacity = capacityOf(hosts?.items ?? []);
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
            <Meter
              label="CPU"
              ratio={capacity.cpuUsage}
              text={`${percent(capacity.cpuUsage)} of ${count(capacity.threads, 'thread')}`}
            />
            <Meter
              label="Memory"
              ratio={capacity.memoryRatio}
              text={`${bytes(capacity.memoryUsed)} of ${bytes(capacity.memory)}`}
            />
            <Meter
              label="Storage"
              ratio={total ? (total - free) / total : null}
              text={total ? `${bytes(total - free)} of ${bytes(total)}` : undefined}
            />
          </Panel>
        </div>
        <div className="kv-panels kv-panels-wide">
          <Panel title="Needs attention">
            <Attention hosts={hosts?.items ?? []} vms={lost?.items ?? []} />
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

const BUSY = 0.9;
const SOON_MS = 7 * 86_400_000;

function complaintsOf(host: Host): string[] {
  const complaints: string[] = [];
  const tone = toneOf(host.state, 'host');
  if (tone === 'bad' || tone === 'warning') complaints.push(host.stateReason ?? words(host.state));
  const memory = host.facts?.memoryBytes ? (host.usage?.memoryUsedBytes ?? 0) / host.facts.memoryBytes : 0;
  if (memory > BUSY) complaints.push(`Memory is ${percent(memory)} used`);
  if ((host.usage?.cpuUsage ?? 0) > BUSY) complaints.push(`CPU is ${percent(host.usage.cpuUsage)} used`);
  const expires = host.certificateExpiresAt ? Date.parse(host.certificateExpiresAt) : Infinity;
  if (expires - Date.now() < SOON_MS) complaints.push('Its certificate expires soon');
  return complaints;
}

function Attention({ hosts, vms }: { hosts: Host[]; vms: Stated[] }) {
  const troubled = hosts.flatMap((host) => complaintsOf(host).map((complaint) => ({ host, complaint })));
  if (troubled.length + vms.length === 0) return <p className="kv-subtle">Nothing needs you now.</p>;
  return (
    <ul className="kv-attention">
      {troubled.map(({ host, complaint }) => (
        <li key={host.id + complaint}>
          <StateIcon state={toneOf(host.state, 'host') === 'bad' ? 'failed' : 'warning'} title="Attention" />
          <Link to={`/hosts/${host.id}`}>{host.name}</Link>
          <span>{complaint}</span>
        </li>
      ))}
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
