import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { useNames } from '../api/queries';
import type { Query } from '../api/client';
import { Empty } from '../common/Empty';
import { words } from '../common/format';
import { ListPage } from '../common/ListPage';
import { useWork } from '../operations/useWork';
import { CreateVmDialog } from './CreateVmDialog';
import { VmActions } from './VmActions';
import { vmColumns } from './vmColumns';

const STATES = ['up', 'down', 'starting', 'paused', 'suspended', 'migrating', 'provisioning', 'unknown'];

interface Props {
  title?: string;
  fixed?: Query;
  clusterId?: string;
}

export function VmsPage() {
  return <VmList title="Virtual machines" />;
}

/** VMs, everywhere or of one cluster or host, with start and stop of many at once. */
export function VmList({ title, fixed, clusterId }: Props) {
  const cluster = useNames('cluster');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [creating, setCreating] = useState(false);
  const work = useWork();

  const forAll = async (action: 'start' | 'shutdown', label: string) => {
    const ids = [...selected];
    setSelected(new Set());
    if (action === 'start' && clusterId && ids.length > 1) {
      await work(`${label} of ${ids.length} VMs`, '/vms/batch-start', { vmIds: ids });
      return;
    }
    // Each VM is an operation of its own: one refusal must not hold up the others.
    await Promise.all(
      ids.map((id) => work(`${label} of a VM`, `/vms/${id}/${action}`, action === 'start' ? {} : undefined)),
    );
  };
  const create = (
    <Button size="sm" onClick={() => setCreating(true)}>
      Create VM
    </Button>
  );
  return (
    <>
      <ListPage
        kind="vm"
        label="VMs"
        title={title}
        fixed={fixed}
        columns={vmColumns({ cluster: title ? cluster : undefined })}
        filters={[
          { name: 'state', label: 'Any state', options: STATES.map((value) => ({ value, label: words(value) })) },
        ]}
        selection={{ selected, onChange: setSelected }}
        rowActions={(vm) => <VmActions vm={vm} compact />}
        initialSort={{ column: 0, direction: 'asc' }}
        empty={
          <Empty title="No VMs yet" action={create}>
            A VM is made from a template and runs on a host of its cluster.
          </Empty>
        }
        actions={
          <>
            <Button
              size="sm"
              variant="secondary"
              isDisabled={selected.size === 0}
              onClick={() => void forAll('start', 'Start')}
            >
              Start{selected.size > 0 && ` (${selected.size})`}
            </Button>
            <Button
              size="sm"
              variant="secondary"
              isDisabled={selected.size === 0}
              onClick={() => void forAll('shutdown', 'Shut down')}
            >
              Shut down{selected.size > 0 && ` (${selected.size})`}
            </Button>
            {create}
          </>
        }
      />
      {creating && <CreateVmDialog clusterId={clusterId} onClose={() => setCreating(false)} />}
    </>
  );
}
