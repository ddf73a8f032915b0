import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useNames, useOne } from '../api/queries';
import type { Cluster } from '../api/types';
import { AffinityTab } from '../affinity/AffinityTab';
import { BalancingTab } from '../balancing/BalancingTab';
import { policyInWords } from '../balancing/plan';
import { ActionMenu } from '../common/ActionButton';
import { count, NONE, words } from '../common/format';
import { Facts, PageHeader, Panel, Pending, RoutedTabs } from '../common/layout';
import { useDelete } from '../common/useDelete';
import { CapacityMeters } from '../dashboard/CapacityMeters';
import { useCapacity } from '../dashboard/useCapacity';
import { HostList } from '../hosts/HostList';
import { VmList } from '../vms/VmList';
import { ObjectEvents, ObjectOperations } from '../vms/VmPage';
import { ClusterDialog } from './ClusterDialog';
import { FailoverTab } from './FailoverTab';
import { RoomPanel } from './RoomPanel';

export function ClusterPage() {
  const { id = '', tab } = useParams();
  const { data: cluster, error } = useOne('cluster', id);
  const dataCenter = useNames('data_center');
  const [editing, setEditing] = useState(false);
  const navigate = useNavigate();
  const removal = useDelete('cluster', 'The cluster', () => void navigate('/'));
  if (!cluster) return <Pending error={error} />;
  return (
    <>
      <PageHeader
        title={cluster.name}
        path={[
          { to: '/data-centers', label: 'Data centers' },
          { to: `/data-centers/${cluster.dataCenterId}`, label: dataCenter(cluster.dataCenterId) ?? 'Data center' },
        ]}
        subtitle={cluster.description}
        actions={
          <>
            <Button size="sm" variant="secondary" onClick={() => setEditing(true)}>
              Edit
            </Button>
            <ActionMenu
              label="More actions"
              text="More"
              actions={[{ key: 'delete', label: 'Delete', danger: true, run: () => removal.ask(cluster) }]}
            />
          </>
        }
      />
      <RoutedTabs
        base={`/clusters/${id}`}
        active={tab}
        tabs={[
          { key: 'summary', title: 'Summary', content: () => <Summary cluster={cluster} /> },
          { key: 'hosts', title: 'Hosts', content: () => <HostList fixed={{ clusterId: id }} clusterId={id} /> },
          { key: 'vms', title: 'VMs', content: () => <VmList fixed={{ clusterId: id }} clusterId={id} /> },
          {
            key: 'balancing',
            title: 'Balancing',
            content: () => <BalancingTab cluster={cluster} onEdit={() => setEditing(true)} />,
          },
          { key: 'affinity', title: 'Affinity', content: () => <AffinityTab cluster={cluster} /> },
          { key: 'failover', title: 'Failover', content: () => <FailoverTab clusterId={id} /> },
          { key: 'operations', title: 'Operations', content: () => <ObjectOperations id={id} /> },
          { key: 'events', title: 'Events', content: () => <ObjectEvents id={id} /> },
        ]}
      />
      {editing && <ClusterDialog cluster={cluster} onClose={() => setEditing(false)} />}
      {removal.dialog}
    </>
  );
}

function Summary({ cluster }: { cluster: Cluster }) {
  const { data: capacity } = useCapacity(cluster.id);
  const dataCenter = useNames('data_center');
  const policy = useNames('scheduling_policy');
  return (
    <div className="kv-panels">
      <Panel title="General">
        <Facts
          facts={[
            [
              'Data center',
              <Link key="dc" to={`/data-centers/${cluster.dataCenterId}`}>
                {dataCenter(cluster.dataCenterId) ?? 'Data center'}
              </Link>,
            ],
            ['Hosts', capacity ? `${capacity.hostsUp} up of ${capacity.hosts}` : NONE],
            ['VMs on its hosts', capacity?.vms ?? NONE],
            ['CPU model', cluster.cpuModel ?? 'What all hosts have in common'],
          ]}
        />
      </Panel>
      <Panel title="Capacity of hosts that are up">
        <CapacityMeters capacity={capacity} />
      </Panel>
      <RoomPanel cluster={cluster} />
      <Panel title="Scheduling">
        <Facts
          facts={[
            ['Policy', policyInWords(cluster)],
            ...(cluster.customPolicyId
              ? [['Placement by', policy(cluster.customPolicyId) ?? 'A policy of your own'] as [string, string]]
              : []),
            ['Plans of moves', words(cluster.balancing?.mode)],
            ['CPU is busy above', `${cluster.highUtilizationPercent} %`],
            ['Memory is busy above', cluster.balancing ? `${cluster.balancing.memoryHighPercent} %` : NONE],
            ['For at least', count(cluster.cpuOverCommitDurationMinutes ?? 0, 'minute')],
            ['Memory given out', `${cluster.memoryOvercommitPercent ?? 100} % of physical`],
          ]}
        />
      </Panel>
      <Panel title="Fencing">
        <Facts
          facts={[
            ['Silent hosts are fenced', cluster.fencing?.enabled ? 'Yes' : 'No'],
            ['Left alone if others reach them', cluster.fencing?.skipIfReachableThroughOthers ? 'Yes' : 'No'],
            ['Left alone if they renew leases', cluster.fencing?.skipIfRenewingLease ? 'Yes' : 'No'],
            ['Held back while more are silent than', `${cluster.fencing?.stopWhenSilentPercent ?? 50} %`],
            ['Time to start', `${cluster.fencing?.startingGraceSeconds ?? 180} s`],
            ['Switched on again', cluster.fencing?.switchOnAfterFence ? 'Yes' : 'No'],
            [
              'Room for failures',
              cluster.admission?.mode === 'off'
                ? 'Not kept'
                : `${count(cluster.admission?.hostFailures ?? 1, 'host')}; ${words(cluster.admission?.mode)}`,
            ],
          ]}
        />
      </Panel>
    </div>
  );
}
