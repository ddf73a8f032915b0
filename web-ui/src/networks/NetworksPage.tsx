import { Button } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { useAll, useNames } from '../api/queries';
import { Empty } from '../common/Empty';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { NONE } from '../common/format';
import { ListPage } from '../common/ListPage';
import { useDelete } from '../common/useDelete';

const KINDS: Record<string, string> = { nat: 'NAT', bridge: 'Bridge' };

export function NetworksPage() {
  const dataCenter = useNames('data_center');
  const [creating, setCreating] = useState(false);
  const removal = useDelete('network', 'The network');
  const create = (
    <Button size="sm" onClick={() => setCreating(true)}>
      Add network
    </Button>
  );
  return (
    <>
      <ListPage
        kind="network"
        label="networks"
        title="Networks"
        actions={create}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (network) => network.name, sort: (network) => network.name, serverSort: 'name' },
          { title: 'Kind', cell: (network) => KINDS[network.kind] ?? network.kind, sort: (network) => network.kind },
          { title: 'Bridge', cell: (network) => <code>{network.bridge}</code>, sort: (network) => network.bridge },
          { title: 'Subnet', cell: (network) => network.subnet ?? NONE, sort: (network) => network.subnet },
          { title: 'Data center', cell: (network) => dataCenter(network.dataCenterId) ?? NONE },
        ]}
        rowActions={(network) => removal.menu(network)}
        empty={
          <Empty title="No networks yet" action={create}>
            VMs are connected to networks: to a bridge of the host, or behind its address.
          </Empty>
        }
      />
      {creating && <NetworkDialog onClose={() => setCreating(false)} />}
      {removal.dialog}
    </>
  );
}

function NetworkDialog({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const { data: dataCenters } = useAll('data_center');
  return (
    <FormDialog
      title="Add network"
      submit="Add"
      initial={{ name: '', dataCenterId: dataCenters?.items[0]?.id ?? '', kind: 'nat', bridge: '', subnet: '' }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        {
          name: 'dataCenterId',
          label: 'Data center',
          type: 'select',
          required: true,
          options: choices(dataCenters?.items),
        },
        {
          name: 'kind',
          label: 'Kind',
          type: 'select',
          options: [
            { value: 'nat', label: 'NAT: behind the address of the host' },
            { value: 'bridge', label: 'Bridge: on the network of the host' },
          ],
        },
        { name: 'bridge', label: 'Bridge', required: true, help: 'Its name on every host, for instance br0' },
        {
          name: 'subnet',
          label: 'Subnet',
          help: 'For instance 192.168.122.0/24',
          shown: (values) => values.kind === 'nat',
        },
      ]}
      onSubmit={async ({ subnet, ...values }) => {
        await api.post('/networks', { ...values, subnet: values.kind === 'nat' && subnet ? subnet : null });
        await queryClient.invalidateQueries({ queryKey: ['network', 'list'] });
      }}
      onClose={onClose}
    />
  );
}
