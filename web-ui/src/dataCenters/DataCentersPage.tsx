import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { Link } from 'react-router';
import type { DataCenter } from '../api/types';
import { Empty } from '../common/Empty';
import { NONE } from '../common/format';
import { ListPage } from '../common/ListPage';
import { RelativeTime } from '../common/RelativeTime';
import { useDelete } from '../common/useDelete';
import { DataCenterDialog } from './DataCenterDialog';

export function DataCentersPage() {
  const [dialog, setDialog] = useState<{ edit?: DataCenter }>();
  const removal = useDelete('data_center', 'The data center');
  const create = (
    <Button size="sm" onClick={() => setDialog({})}>
      Create data center
    </Button>
  );
  return (
    <>
      <ListPage
        kind="data_center"
        label="data centers"
        title="Data centers"
        actions={create}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (dc) => <Link to={`/data-centers/${dc.id}`}>{dc.name}</Link>, sort: (dc) => dc.name },
          { title: 'Description', cell: (dc) => dc.description || NONE },
          { title: 'Created', cell: (dc) => <RelativeTime time={dc.createdAt} />, sort: (dc) => dc.createdAt },
        ]}
        rowActions={(dc) => removal.menu(dc, [{ key: 'edit', label: 'Edit', run: () => setDialog({ edit: dc }) }])}
        empty={
          <Empty title="No data centers yet" action={create}>
            A data center holds clusters, and the storage and networks that they share.
          </Empty>
        }
      />
      {dialog && <DataCenterDialog dataCenter={dialog.edit} onClose={() => setDialog(undefined)} />}
      {removal.dialog}
    </>
  );
}
