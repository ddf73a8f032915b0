import { Button, ClipboardCopy, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import type { ApiToken } from '../api/types';
import { Empty } from '../common/Empty';
import { FormDialog } from '../common/FormDialog';
import { ListPage } from '../common/ListPage';
import { RelativeTime } from '../common/RelativeTime';
import { useDelete } from '../common/useDelete';

const DAY = 86_400;

export function TokensPage() {
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<ApiToken>();
  const removal = useDelete('token', 'The token');
  const queryClient = useQueryClient();
  const create = (
    <Button size="sm" onClick={() => setCreating(true)}>
      Create token
    </Button>
  );
  return (
    <>
      <ListPage
        kind="token"
        label="API tokens"
        title="API tokens"
        searchable={false}
        actions={create}
        columns={[
          { title: 'Name', cell: (token) => token.name, sort: (token) => token.name },
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
        rowActions={(token) => removal.menu(token)}
        empty={
          <Empty title="No API tokens" action={create}>
            Programs use a token in place of your password: Authorization: Bearer …
          </Empty>
        }
      />
      {creating && (
        <FormDialog
          title="Create API token"
          submit="Create"
          initial={{ name: '', expiresInSeconds: String(90 * DAY) }}
          fields={[
            { name: 'name', label: 'Name', required: true, help: 'What it is for' },
            {
              name: 'expiresInSeconds',
              label: 'Valid for',
              type: 'select',
              options: [7, 30, 90, 365].map((days) => ({ value: String(days * DAY), label: `${days} days` })),
            },
          ]}
          onSubmit={async ({ name, expiresInSeconds }) => {
            setMade(await api.post<ApiToken>('/tokens', { name, expiresInSeconds: Number(expiresInSeconds) }));
            void queryClient.invalidateQueries({ queryKey: ['token', 'list'] });
          }}
          onClose={() => setCreating(false)}
        />
      )}
      {made && (
        <Modal isOpen variant="medium" onClose={() => setMade(undefined)} aria-labelledby="token-title">
          <ModalHeader
            title={`Token “${made.name}”`}
            labelId="token-title"
            description="Copy it now: it is not shown again."
          />
          <ModalBody>
            <ClipboardCopy isReadOnly isCode>
              {made.secret ?? ''}
            </ClipboardCopy>
          </ModalBody>
          <ModalFooter>
            <Button onClick={() => setMade(undefined)}>Done</Button>
          </ModalFooter>
        </Modal>
      )}
      {removal.dialog}
    </>
  );
}
