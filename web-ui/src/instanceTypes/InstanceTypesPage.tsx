import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import type { InstanceType } from '../api/types';
import { Empty } from '../common/Empty';
import { bytes, cpus, NONE } from '../common/format';
import { ListPage } from '../common/ListPage';
import { useDelete } from '../common/useDelete';
import { InstanceTypeDialog } from './InstanceTypeDialog';

/** Sizes for VMs that have names, and how many VMs have each. */
export function InstanceTypesPage() {
  const [dialog, setDialog] = useState<{ type?: InstanceType }>();
  const removal = useDelete('instance_type', 'The instance type');
  const create = (
    <Button size="sm" onClick={() => setDialog({})}>
      Create instance type
    </Button>
  );
  return (
    <>
      <ListPage
        kind="instance_type"
        label="instance types"
        title="Instance types"
        actions={create}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (type) => type.name, sort: (type) => type.name, serverSort: 'name' },
          { title: 'CPUs', cell: cpus, sort: cpus, numeric: true },
          {
            title: 'Sockets × cores × threads',
            cell: (type) => `${type.sockets} × ${type.coresPerSocket} × ${type.threadsPerCore}`,
          },
          { title: 'Memory', cell: (type) => bytes(type.memoryBytes), sort: (type) => type.memoryBytes, numeric: true },
          {
            title: 'Guaranteed',
            cell: (type) => bytes(type.guaranteedMemoryBytes),
            sort: (type) => type.guaranteedMemoryBytes,
            numeric: true,
          },
          { title: 'VMs', cell: (type) => type.vmCount, sort: (type) => type.vmCount, numeric: true },
          { title: 'Description', cell: (type) => type.description || NONE },
        ]}
        rowActions={(type) => removal.menu(type, [{ key: 'edit', label: 'Edit', run: () => setDialog({ type }) }])}
        empty={
          <Empty title="No instance types yet" action={create}>
            An instance type is a size for VMs that has a name. It never changes, and tells how many more of it fit.
          </Empty>
        }
      />
      {dialog && <InstanceTypeDialog type={dialog.type} onClose={() => setDialog(undefined)} />}
      {removal.dialog}
    </>
  );
}
