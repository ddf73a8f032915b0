import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { useNames } from '../api/queries';
import { Empty } from '../common/Empty';
import { NONE } from '../common/format';
import { ListPage } from '../common/ListPage';
import { RelativeTime } from '../common/RelativeTime';
import { useDelete } from '../common/useDelete';
import { AddHostDialog } from './AddHostDialog';

export function JoinTokensPage() {
  const cluster = useNames('cluster');
  const [adding, setAdding] = useState(false);
  const { dialog, menu } = useDelete('join_token', 'The join token');
  const add = (
    <Button size="sm" onClick={() => setAdding(true)}>
      Add host
    </Button>
  );
  return (
    <>
      <ListPage
        kind="join_token"
        label="join tokens"
        title="Join tokens"
        searchable={false}
        actions={add}
        columns={[
          { title: 'Token', cell: (token) => <code>{token.id.slice(0, 8)}…</code>, sort: (token) => token.id },
          {
            title: 'Cluster',
            cell: (token) => cluster(token.clusterId) ?? NONE,
            sort: (token) => cluster(token.clusterId),
          },
          { title: 'Uses left', cell: (token) => token.uses ?? NONE, sort: (token) => token.uses, numeric: true },
          {
            title: 'Created',
            cell: (token) => <RelativeTime time={token.createdAt} />,
            sort: (token) => token.createdAt,
          },
          {
            title: 'Expires',
            cell: (token) => <RelativeTime time={token.expiresAt} />,
            sort: (token) => token.expiresAt,
          },
        ]}
        rowActions={(token) => menu({ id: token.id, name: `${token.id.slice(0, 8)}…` })}
        empty={
          <Empty title="No join tokens" action={add}>
            A token lets machines join a cluster, for a while and a number of times.
          </Empty>
        }
      />
      {adding && <AddHostDialog onClose={() => setAdding(false)} />}
      {dialog}
    </>
  );
}
