import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Query } from '../api/client';
import { useNames } from '../api/queries';
import type { Host } from '../api/types';
import type { Column } from '../common/DataTable';
import { Empty } from '../common/Empty';
import { bytes, percent, words } from '../common/format';
import { ListPage } from '../common/ListPage';
import { StateLabel } from '../common/StateLabel';
import { AddHostDialog } from '../joinTokens/AddHostDialog';
import { hostState } from './hostState';
import { HostActions } from './HostActions';

const STATES = ['up', 'maintenance', 'non_responsive', 'non_operational', 'down', 'connecting', 'fencing'];

export function memoryRatio(host: Host): number | null {
  const used = host.usage?.memoryUsedBytes;
  return used === null || used === undefined || !host.facts?.memoryBytes ? null : used / host.facts.memoryBytes;
}

function columns(cluster?: (id: string) => string | undefined): Column<Host>[] {
  return [
    {
      title: 'Name',
      cell: (host) => <Link to={`/hosts/${host.id}`}>{host.name}</Link>,
      sort: (host) => host.name,
      serverSort: 'name',
    },
    {
      title: 'State',
      cell: (host) => <StateLabel state={hostState(host)} kind="host" reason={host.stateReason} />,
      sort: (host) => host.state,
    },
    { title: 'Address', cell: (host) => host.address, sort: (host) => host.address },
    ...(cluster
      ? [
          {
            title: 'Cluster',
            cell: (host: Host) => (
              <Link to={`/clusters/${host.clusterId}`}>{cluster(host.clusterId) ?? 'Cluster'}</Link>
            ),
            sort: (host: Host) => cluster(host.clusterId),
          },
        ]
      : []),
    { title: 'VMs', cell: (host) => host.usage?.vmCount ?? 0, sort: (host) => host.usage?.vmCount, numeric: true },
    {
      title: 'CPU',
      cell: (host) => `${percent(host.usage?.cpuUsage)} of ${host.facts?.cpuThreads ?? '?'}`,
      sort: (host) => host.usage?.cpuUsage,
      numeric: true,
    },
    {
      title: 'Memory',
      cell: (host) => `${percent(memoryRatio(host))} of ${bytes(host.facts?.memoryBytes)}`,
      sort: memoryRatio,
      numeric: true,
    },
  ];
}

interface Props {
  title?: string;
  fixed?: Query;
  clusterId?: string;
}

export function HostsPage() {
  return <HostList title="Hosts" />;
}

export function HostList({ title, fixed, clusterId }: Props) {
  const cluster = useNames('cluster');
  const [adding, setAdding] = useState(false);
  const add = (
    <Button size="sm" onClick={() => setAdding(true)}>
      Add host
    </Button>
  );
  return (
    <>
      <ListPage
        kind="host"
        label="hosts"
        title={title}
        fixed={fixed}
        columns={columns(title ? cluster : undefined)}
        filters={[
          { name: 'state', label: 'Any state', options: STATES.map((value) => ({ value, label: words(value) })) },
        ]}
        rowActions={(host) => <HostActions host={host} compact />}
        initialSort={{ column: 0, direction: 'asc' }}
        actions={add}
        empty={
          <Empty title="No hosts yet" action={add}>
            A machine joins by a command that you run on it.
          </Empty>
        }
      />
      {adding && <AddHostDialog clusterId={clusterId} onClose={() => setAdding(false)} />}
    </>
  );
}
