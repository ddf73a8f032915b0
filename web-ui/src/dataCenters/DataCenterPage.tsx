import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useAll, useOne } from '../api/queries';
import { ClusterDialog } from '../clusters/ClusterDialog';
import { DataTable } from '../common/DataTable';
import { Empty } from '../common/Empty';
import { bytes, NONE, words } from '../common/format';
import { PageHeader, Panel, Pending } from '../common/layout';
import { StateLabel } from '../common/StateLabel';
import { DataCenterDialog } from './DataCenterDialog';

export function DataCenterPage() {
  const { id = '' } = useParams();
  const { data: dataCenter, error } = useOne('data_center', id);
  const [dialog, setDialog] = useState<'edit' | 'cluster'>();
  if (!dataCenter) return <Pending error={error} />;
  return (
    <>
      <PageHeader
        title={dataCenter.name}
        path={[{ to: '/data-centers', label: 'Data centers' }]}
        subtitle={dataCenter.description}
        actions={
          <>
            <Button size="sm" variant="secondary" onClick={() => setDialog('edit')}>
              Edit
            </Button>
            <Button size="sm" onClick={() => setDialog('cluster')}>
              Create cluster
            </Button>
          </>
        }
      />
      <div className="kv-page-body kv-stack">
        <Clusters dataCenterId={id} />
        <Storage dataCenterId={id} />
        <Networks dataCenterId={id} />
      </div>
      {dialog === 'edit' && <DataCenterDialog dataCenter={dataCenter} onClose={() => setDialog(undefined)} />}
      {dialog === 'cluster' && <ClusterDialog dataCenterId={id} onClose={() => setDialog(undefined)} />}
    </>
  );
}

function Clusters({ dataCenterId }: { dataCenterId: string }) {
  const { data } = useAll('cluster');
  return (
    <Panel title="Clusters">
      <DataTable
        label="Clusters"
        rows={data?.items.filter((cluster) => cluster.dataCenterId === dataCenterId)}
        rowKey={(cluster) => cluster.id}
        empty={<Empty title="No clusters yet">Hosts of one kind form a cluster; VMs move between them.</Empty>}
        columns={[
          {
            title: 'Name',
            cell: (cluster) => <Link to={`/clusters/${cluster.id}`}>{cluster.name}</Link>,
            sort: (cluster) => cluster.name,
          },
          { title: 'Description', cell: (cluster) => cluster.description || NONE },
          { title: 'Scheduling', cell: (cluster) => words(cluster.schedulingPolicy) },
          { title: 'Fencing', cell: (cluster) => (cluster.fencing?.enabled ? 'Enabled' : 'Disabled') },
        ]}
      />
    </Panel>
  );
}

function Storage({ dataCenterId }: { dataCenterId: string }) {
  const { data } = useAll('storage_domain');
  return (
    <Panel title="Storage domains">
      <DataTable
        label="Storage domains"
        rows={data?.items.filter((domain) => domain.dataCenterId === dataCenterId)}
        rowKey={(domain) => domain.id}
        empty={<Empty title="No storage domains" />}
        columns={[
          { title: 'Name', cell: (domain) => domain.name, sort: (domain) => domain.name },
          { title: 'State', cell: (domain) => <StateLabel state={domain.state} />, sort: (domain) => domain.state },
          { title: 'Kind', cell: (domain) => words(domain.kind) },
          { title: 'Path', cell: (domain) => <code>{domain.path}</code> },
          { title: 'Free', cell: (domain) => bytes(domain.availableBytes), numeric: true },
        ]}
      />
    </Panel>
  );
}

function Networks({ dataCenterId }: { dataCenterId: string }) {
  const { data } = useAll('network');
  return (
    <Panel title="Networks">
      <DataTable
        label="Networks"
        rows={data?.items.filter((network) => network.dataCenterId === dataCenterId)}
        rowKey={(network) => network.id}
        empty={<Empty title="No networks" />}
        columns={[
          { title: 'Name', cell: (network) => network.name, sort: (network) => network.name },
          { title: 'Kind', cell: (network) => network.kind },
          { title: 'Bridge', cell: (network) => <code>{network.bridge}</code> },
          { title: 'Subnet', cell: (network) => network.subnet ?? NONE },
        ]}
      />
    </Panel>
  );
}
