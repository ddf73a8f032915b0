import { Button } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { useAll, useNames } from '../api/queries';
import { Empty } from '../common/Empty';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { bytes, NONE, words } from '../common/format';
import { ListPage } from '../common/ListPage';
import { StateLabel } from '../common/StateLabel';
import { useDelete } from '../common/useDelete';

export function StorageDomainsPage() {
  const dataCenter = useNames('data_center');
  const host = useNames('host');
  const [creating, setCreating] = useState(false);
  const removal = useDelete('storage_domain', 'The storage domain');
  const create = (
    <Button size="sm" onClick={() => setCreating(true)}>
      Add storage domain
    </Button>
  );
  return (
    <>
      <ListPage
        kind="storage_domain"
        label="storage domains"
        title="Storage domains"
        actions={create}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (domain) => domain.name, sort: (domain) => domain.name, serverSort: 'name' },
          { title: 'State', cell: (domain) => <StateLabel state={domain.state} />, sort: (domain) => domain.state },
          { title: 'Kind', cell: (domain) => words(domain.kind), sort: (domain) => domain.kind },
          { title: 'Path', cell: (domain) => <code>{domain.path}</code>, sort: (domain) => domain.path },
          { title: 'Data center', cell: (domain) => dataCenter(domain.dataCenterId) ?? NONE },
          { title: 'Host', cell: (domain) => host(domain.hostId) ?? NONE },
          { title: 'Free', cell: (d) => bytes(d.availableBytes), sort: (d) => d.availableBytes, numeric: true },
          { title: 'Capacity', cell: (d) => bytes(d.capacityBytes), sort: (d) => d.capacityBytes, numeric: true },
        ]}
        rowActions={(domain) => removal.menu(domain)}
        empty={
          <Empty title="No storage domains yet" action={create}>
            A folder that the hosts share, or one on a single host, for disks and images.
          </Empty>
        }
      />
      {creating && <StorageDomainDialog onClose={() => setCreating(false)} />}
      {removal.dialog}
    </>
  );
}

function StorageDomainDialog({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const { data: dataCenters } = useAll('data_center');
  const { data: hosts } = useAll('host');
  return (
    <FormDialog
      title="Add storage domain"
      submit="Add"
      initial={{ name: '', dataCenterId: dataCenters?.items[0]?.id ?? '', kind: 'shared_folder', path: '', hostId: '' }}
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
            { value: 'shared_folder', label: 'Folder that all hosts share, at the same path' },
            { value: 'local_folder', label: 'Folder of one host' },
          ],
        },
        { name: 'path', label: 'Path on the hosts', required: true, help: 'For instance /srv/kvorum/images' },
        {
          name: 'hostId',
          label: 'Host',
          type: 'select',
          required: true,
          options: choices(hosts?.items),
          shown: (values) => values.kind === 'local_folder',
        },
      ]}
      onSubmit={async ({ hostId, ...values }) => {
        await api.post('/storage-domains', values.kind === 'local_folder' ? { ...values, hostId } : values);
        await queryClient.invalidateQueries({ queryKey: ['storage_domain', 'list'] });
      }}
      onClose={onClose}
    />
  );
}
