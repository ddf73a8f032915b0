import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import type { AffinityLabel } from '../api/types';
import { Empty } from '../common/Empty';
import { NONE } from '../common/format';
import { ListPage } from '../common/ListPage';
import { useDelete } from '../common/useDelete';
import { LabelDialog } from './LabelDialog';

/** Labels of hosts and VMs, of whichever clusters. */
export function LabelsPage() {
  const [dialog, setDialog] = useState<{ label?: AffinityLabel }>();
  const removal = useDelete('affinity_label', 'The label');
  const create = (
    <Button size="sm" onClick={() => setDialog({})}>
      Create label
    </Button>
  );
  return (
    <>
      <ListPage
        kind="affinity_label"
        label="labels"
        title="Affinity labels"
        actions={create}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (label) => label.name, sort: (label) => label.name, serverSort: 'name' },
          {
            title: 'Hosts',
            cell: (label) => label.hostIds.length,
            sort: (label) => label.hostIds.length,
            numeric: true,
          },
          { title: 'VMs', cell: (label) => label.vmIds.length, sort: (label) => label.vmIds.length, numeric: true },
          { title: 'Description', cell: (label) => label.description || NONE },
        ]}
        rowActions={(label) => removal.menu(label, [{ key: 'edit', label: 'Edit', run: () => setDialog({ label }) }])}
        empty={
          <Empty title="No labels yet" action={create}>
            A VM runs only on hosts that have all of its labels: for licences, and for hardware that some hosts have.
          </Empty>
        }
      />
      {dialog && <LabelDialog label={dialog.label} onClose={() => setDialog(undefined)} />}
      {removal.dialog}
    </>
  );
}
