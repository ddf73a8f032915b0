import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useList, useNames, useOne } from '../api/queries';
import type { Vm } from '../api/types';
import { StatisticsCharts } from '../charts/StatisticsCharts';
import { DataTable } from '../common/DataTable';
import { Empty } from '../common/Empty';
import { bytes, cpus, NONE, percent, words } from '../common/format';
import { Facts, Meter, PageHeader, Panel, Pending, RoutedTabs } from '../common/layout';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { openConsole } from '../console/openConsole';
import { EventTable } from '../events/EventTable';
import { OperationTable } from '../operations/OperationTable';
import { EditVmDialog } from './EditVmDialog';
import { MovingTo } from './MovingTo';
import { PlacementTab } from './PlacementTab';
import { growthWords } from './sizeForm';
import { forbidden } from './vmActions';
import { VmActions } from './VmActions';

export function VmPage() {
  const { id = '', tab } = useParams();
  const { data: vm, error } = useOne('vm', id);
  const cluster = useNames('cluster');
  const [editing, setEditing] = useState(false);
  if (!vm) return <Pending error={error} />;
  return (
    <>
      <PageHeader
        title={vm.name}
        path={[
          { to: '/vms', label: 'Virtual machines' },
          { to: `/clusters/${vm.clusterId}`, label: cluster(vm.clusterId) ?? 'Cluster' },
        ]}
        subtitle={<StateLabel state={vm.state} kind="vm" reason={vm.stateReason} />}
        actions={<VmActions vm={vm} />}
      />
      <RoutedTabs
        base={`/vms/${id}`}
        active={tab}
        tabs={[
          { key: 'summary', title: 'Summary', content: () => <Summary vm={vm} onEdit={() => setEditing(true)} /> },
          {
            key: 'monitor',
            title: 'Monitor',
            content: () => <StatisticsCharts kind="vm" id={vm.id} live={vm.state === 'up'} />,
          },
          {
            key: 'placement',
            title: 'Placement',
            content: () => <PlacementTab vm={vm} onEdit={() => setEditing(true)} />,
          },
          { key: 'disks', title: 'Disks', content: () => <Disks vm={vm} /> },
          { key: 'networks', title: 'Networks', content: () => <Nics vm={vm} /> },
          { key: 'operations', title: 'Operations', content: () => <ObjectOperations id={vm.id} /> },
          { key: 'events', title: 'Events', content: () => <ObjectEvents id={vm.id} /> },
        ]}
      />
      {editing && <EditVmDialog vm={vm} onClose={() => setEditing(false)} />}
    </>
  );
}

function Summary({ vm, onEdit }: { vm: Vm; onEdit: () => void }) {
  const cluster = useNames('cluster');
  const template = useNames('template');
  const instanceType = useNames('instance_type');
  const { hardware, usage } = vm;
  return (
    <div className="kv-panels">
      <Panel
        title="General"
        actions={
          <Button variant="link" size="sm" isInline onClick={onEdit}>
            Edit
          </Button>
        }
      >
        <Facts
          facts={[
            ['Description', vm.description || NONE],
            ['State', <StateLabel key="state" state={vm.state} kind="vm" />],
            ...(vm.stateReason ? ([['Reason', vm.stateReason]] as [string, string][]) : []),
            ['Host', vm.hostId ? <Link to={`/hosts/${vm.hostId}`}>{vm.hostName ?? 'Host'}</Link> : NONE],
            ...(vm.targetHostId
              ? ([['Moving to', <MovingTo key="target" vm={vm} />]] as [string, React.ReactNode][])
              : []),
            [
              'Cluster',
              <Link key="cluster" to={`/clusters/${vm.clusterId}`}>
                {cluster(vm.clusterId) ?? 'Cluster'}
              </Link>,
            ],
            ['Template', template(vm.templateId) ?? NONE],
            ['Running since', <RelativeTime key="started" time={vm.startedAt} />],
            ['Created', <RelativeTime key="created" time={vm.createdAt} />],
          ]}
        />
      </Panel>
      <Panel
        title="Usage"
        actions={
          <span className="kv-panel-actions">
            <Button
              variant="link"
              size="sm"
              isInline
              isDisabled={Boolean(forbidden('console', vm))}
              onClick={() => openConsole(vm.id, 'serial')}
            >
              Serial console
            </Button>
          </span>
        }
      >
        <Meter label="CPU" ratio={usage?.cpuUsage} text={`${percent(usage?.cpuUsage)} of ${cpus(hardware)} CPUs`} />
        <Meter
          label="Memory"
          ratio={(usage?.memoryUsedBytes ?? NaN) / hardware.memoryBytes}
          text={`${bytes(usage?.memoryUsedBytes)} of ${bytes(hardware.memoryBytes)}`}
        />
        {usage?.memoryGivenBytes != null && usage.memoryGivenBytes < (hardware.memoryBytes ?? 0) && (
          <p className="kv-subtle">
            Its host runs short of memory: its balloon leaves it {bytes(usage.memoryGivenBytes)}
          </p>
        )}
        {usage?.efficiency != null && (
          <p className="kv-subtle">It gets {percent(usage.efficiency)} of the CPU time that it asks for</p>
        )}
      </Panel>
      <Panel title="Hardware">
        <Facts
          facts={[
            [
              'Instance type',
              vm.instanceTypeId ? (
                <Link key="type" to="/instance-types">
                  {instanceType(vm.instanceTypeId) ?? 'Instance type'}
                </Link>
              ) : (
                'None: a size of its own'
              ),
            ],
            [
              'CPUs',
              `${cpus(hardware)} (${hardware.sockets} × ${hardware.coresPerSocket} × ${hardware.threadsPerCore}: sockets, cores, threads)`,
            ],
            ['CPU model', words(hardware.cpuMode)],
            ['Memory', bytes(hardware.memoryBytes)],
            ['Guaranteed memory', bytes(hardware.guaranteedMemoryBytes)],
            ['Can grow while it runs to', growthWords(hardware)],
            ['Firmware', hardware.firmware?.toUpperCase() ?? NONE],
            ['Devices', devices(vm)],
          ]}
        />
      </Panel>
      <Panel title="Availability">
        <Facts
          facts={[
            ['Highly available', vm.highAvailability?.enabled ? 'Yes' : 'No'],
            ['Restart priority', words(vm.highAvailability?.priority)],
            ['When its storage returns', words(vm.highAvailability?.onStorageReturn)],
            ['Lease', vm.highAvailability?.leaseStorageDomainId ? 'Yes' : 'No'],
            ['Migration', words(vm.migration)],
          ]}
        />
      </Panel>
    </div>
  );
}

function devices({ hardware }: Vm): string {
  const present: [boolean, string][] = [
    [hardware.graphics, 'Graphics'],
    [hardware.tpm, 'TPM'],
    [hardware.rng, 'Random numbers'],
    [hardware.guestAgent, 'Guest agent'],
  ];
  return (
    present
      .filter(([there]) => there)
      .map(([, name]) => name)
      .join(', ') || NONE
  );
}

function Disks({ vm }: { vm: Vm }) {
  const domain = useNames('storage_domain');
  return (
    <DataTable
      label="Disks"
      rows={vm.disks ?? []}
      rowKey={(disk) => disk.id}
      empty={<Empty title="No disks" />}
      columns={[
        { title: 'Boot order', cell: (disk) => disk.bootOrder ?? NONE, sort: (disk) => disk.bootOrder },
        { title: 'Size', cell: (disk) => bytes(disk.sizeBytes), sort: (disk) => disk.sizeBytes, numeric: true },
        {
          title: 'Allocated',
          cell: (disk) => bytes(disk.allocatedBytes),
          sort: (disk) => disk.allocatedBytes,
          numeric: true,
        },
        { title: 'Format', cell: (disk) => disk.format },
        { title: 'Storage domain', cell: (disk) => domain(disk.storageDomainId) ?? NONE },
        { title: 'Id', cell: (disk) => <code>{disk.id}</code> },
      ]}
    />
  );
}

function Nics({ vm }: { vm: Vm }) {
  const network = useNames('network');
  return (
    <DataTable
      label="Network interfaces"
      rows={vm.nics ?? []}
      rowKey={(nic) => nic.id}
      empty={<Empty title="No network interfaces" />}
      columns={[
        { title: 'Network', cell: (nic) => network(nic.networkId) ?? NONE, sort: (nic) => network(nic.networkId) },
        { title: 'MAC address', cell: (nic) => <code>{nic.mac}</code>, sort: (nic) => nic.mac },
        {
          title: 'Link',
          cell: (nic) => <StateLabel state={nic.linkUp ? 'up' : 'down'} />,
          sort: (nic) => (nic.linkUp ? 1 : 0),
        },
      ]}
    />
  );
}

export function ObjectOperations({ id }: { id: string }) {
  const { data } = useList('operation', { subjectId: id, limit: 100, sort: '-createdAt' });
  return <OperationTable operations={data?.items} hideSubject />;
}

export function ObjectEvents({ id }: { id: string }) {
  const { data } = useList('event', { subjectId: id, limit: 100 });
  return <EventTable events={data?.items} />;
}
