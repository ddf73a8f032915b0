import { useState, type ReactNode } from 'react';
import { Button } from '@patternfly/react-core';
import { Link, useParams } from 'react-router';
import { useNames, useOne } from '../api/queries';
import type { Host } from '../api/types';
import { StatisticsCharts } from '../charts/StatisticsCharts';
import { bytes, count, NONE, percent } from '../common/format';
import { Facts, Meter, PageHeader, Panel, Pending, RoutedTabs } from '../common/layout';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { LabelsOf } from '../labels/LabelsOf';
import { ObjectEvents, ObjectOperations } from '../vms/VmPage';
import { VmList } from '../vms/VmList';
import { hostState } from './hostState';
import { HostActions } from './HostActions';
import { HostDialog } from './HostDialog';
import { memoryRatio } from './HostList';
import { PowerManagementDialog } from './PowerManagementDialog';

export function HostPage() {
  const { id = '', tab } = useParams();
  const { data: host, error } = useOne('host', id);
  const cluster = useNames('cluster');
  if (!host) return <Pending error={error} />;
  return (
    <>
      <PageHeader
        title={host.name}
        path={[
          { to: '/hosts', label: 'Hosts' },
          { to: `/clusters/${host.clusterId}`, label: cluster(host.clusterId) ?? 'Cluster' },
        ]}
        subtitle={<StateLabel state={hostState(host)} kind="host" reason={host.stateReason} />}
        actions={<HostActions host={host} />}
      />
      <RoutedTabs
        base={`/hosts/${id}`}
        active={tab}
        tabs={[
          { key: 'summary', title: 'Summary', content: () => <Summary host={host} /> },
          {
            key: 'monitor',
            title: 'Monitor',
            content: () => <StatisticsCharts kind="host" id={id} live={host.state === 'up'} />,
          },
          { key: 'vms', title: 'VMs', content: () => <VmList fixed={{ hostId: id }} clusterId={host.clusterId} /> },
          { key: 'operations', title: 'Operations', content: () => <ObjectOperations id={id} /> },
          { key: 'events', title: 'Events', content: () => <ObjectEvents id={id} /> },
        ]}
      />
    </>
  );
}

function Summary({ host }: { host: Host }) {
  const { facts, usage } = host;
  const cluster = useNames('cluster');
  const [editing, setEditing] = useState(false);
  return (
    <div className="kv-panels">
      <Panel
        title="General"
        actions={
          <Button variant="link" size="sm" isInline onClick={() => setEditing(true)}>
            Edit
          </Button>
        }
      >
        <Facts
          facts={[
            ['State', <StateLabel key="state" state={hostState(host)} kind="host" />],
            ...(host.stateReason ? ([['Reason', host.stateReason]] as [string, string][]) : []),
            ...(host.sleep
              ? [
                  ['Switched off by power saving', <RelativeTime key="sleep" time={host.sleep.since} />] as [
                    string,
                    ReactNode,
                  ],
                ]
              : []),
            ['Address', `${host.address}:${host.port}`],
            [
              'Cluster',
              <Link key="cluster" to={`/clusters/${host.clusterId}`}>
                {cluster(host.clusterId) ?? 'Cluster'}
              </Link>,
            ],
            ['Fault domain', host.faultDomain ?? 'None: it fails alone'],
            ['Certificate expires', <RelativeTime key="certificate" time={host.certificateExpiresAt} />],
            ['Joined', <RelativeTime key="joined" time={host.createdAt} />],
          ]}
        />
        {editing && <HostDialog host={host} onClose={() => setEditing(false)} />}
      </Panel>
      <Panel title="Usage">
        <Meter
          label="CPU"
          ratio={usage?.cpuUsage}
          text={`${percent(usage?.cpuUsage)} of ${facts?.cpuThreads ?? '?'} threads`}
        />
        <Meter
          label="Memory"
          ratio={memoryRatio(host)}
          text={`${bytes(usage?.memoryUsedBytes)} of ${bytes(facts?.memoryBytes)}`}
        />
        <Meter
          label="Memory reserved by VMs"
          ratio={facts?.memoryBytes ? (usage?.memoryReservedBytes ?? 0) / facts.memoryBytes : null}
          text={bytes(usage?.memoryReservedBytes)}
        />
        <p className="kv-subtle">
          {count(usage?.vmCount ?? 0, 'VM')} with {count(usage?.vcpus ?? 0, 'virtual CPU')}
          {usage?.efficiency != null && `; they get ${percent(usage.efficiency)} of the CPU time that they ask for`}
          {usage?.memoryMergedBytes != null && `; merging equal pages (KSM) saves ${bytes(usage.memoryMergedBytes)}`}
        </p>
      </Panel>
      <Panel title="Hardware">
        <Facts
          facts={[
            ['CPU', facts?.cpuModel ?? NONE],
            ['Vendor', facts?.cpuVendor ?? NONE],
            [
              'Topology',
              facts
                ? `${facts.sockets} × ${facts.coresPerSocket} × ${facts.threadsPerCore}: sockets, cores, threads`
                : NONE,
            ],
            ['Memory', bytes(facts?.memoryBytes)],
            ['NUMA nodes', facts?.numaNodes?.length ?? NONE],
            ['Virtualization', facts?.virtualization?.toUpperCase() ?? NONE],
          ]}
        />
      </Panel>
      <Panel title="Software">
        <Facts
          facts={[
            ['Operating system', facts?.versions?.os ?? NONE],
            ['Kernel', facts?.versions?.kernel ?? NONE],
            ['libvirt', facts?.versions?.libvirt ?? NONE],
            ['QEMU', facts?.versions?.qemu ?? NONE],
            ['Kvorum agent', facts?.versions?.agent ?? NONE],
          ]}
        />
      </Panel>
      <PowerManagementPanel host={host} />
      <LabelsOf kind="host" id={host.id} />
    </div>
  );
}

function PowerManagementPanel({ host }: { host: Host }) {
  const [editing, setEditing] = useState(false);
  const power = host.powerManagement;
  return (
    <Panel
      title="Power management"
      actions={
        <Button variant="link" size="sm" isInline onClick={() => setEditing(true)}>
          {power?.enabled ? 'Edit' : 'Set up'}
        </Button>
      }
    >
      {power?.enabled ? (
        <Facts
          facts={[
            ['State', 'Enabled'],
            ...((power.agents?.length ?? 0) > 1
              ? [['Agents', power.use === 'together' ? 'All together' : 'One is enough'] as [string, string]]
              : []),
            ...(power.agents ?? []).map((agent, index): [string, string] => [
              `Agent ${index + 1}`,
              `${agent.type} at ${agent.address}${agent.port ? `:${agent.port}` : ''}`,
            ]),
          ]}
        />
      ) : (
        <p className="kv-subtle">
          Not set up. Without it, Kvorum cannot make sure that a silent host is off, and its highly available VMs wait
          for a person to confirm it.
        </p>
      )}
      {editing && <PowerManagementDialog host={host} onClose={() => setEditing(false)} />}
    </Panel>
  );
}
