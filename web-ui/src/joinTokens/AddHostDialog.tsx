import { Button, ClipboardCopy, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { useAll } from '../api/queries';
import type { JoinToken } from '../api/types';
import { choices, FieldInput } from '../common/fields';
import { ProblemAlert } from '../common/ProblemAlert';
import { RelativeTime } from '../common/RelativeTime';

const LIFETIMES = [
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
];

/** Makes a join token and shows, once, the command that a machine joins with. */
export function AddHostDialog({ clusterId = '', onClose }: { clusterId?: string; onClose: () => void }) {
  const { data: clusters } = useAll('cluster');
  const [chosen, setChosen] = useState(clusterId);
  const [uses, setUses] = useState('1');
  const [lifetime, setLifetime] = useState('3600');
  const [made, setMade] = useState<JoinToken>();
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const cluster = chosen || clusters?.items[0]?.id || '';

  const create = async () => {
    setError(undefined);
    try {
      const body = { clusterId: cluster, uses: Number(uses) || 1, expiresInSeconds: Number(lifetime) };
      setMade(await api.post<JoinToken>('/join-tokens', body));
      void queryClient.invalidateQueries({ queryKey: ['join_token', 'list'] });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="add-host-title" className="kv-dialog">
      <ModalHeader
        title="Add host"
        labelId="add-host-title"
        description="A machine joins by a command that you run on it as root."
      />
      <ModalBody>
        <ProblemAlert error={error} />
        {made ? (
          <>
            <p>Run this on the machine. The command is shown only now.</p>
            <ClipboardCopy isReadOnly isCode variant="expansion" isExpanded className="kv-command">
              {made.command ?? ''}
            </ClipboardCopy>
            <p className="kv-subtle">
              It expires <RelativeTime time={made.expiresAt} />. The host appears in the inventory when it has joined.
            </p>
          </>
        ) : (
          <Form>
            <FieldInput
              field={{ name: 'clusterId', label: 'Cluster', type: 'select', options: choices(clusters?.items) }}
              value={cluster}
              onChange={(value) => setChosen(String(value))}
            />
            <div className="kv-columns">
              <FieldInput
                field={{ name: 'uses', label: 'Number of hosts', type: 'number', min: 1 }}
                value={uses}
                onChange={(value) => setUses(String(value))}
              />
              <FieldInput
                field={{ name: 'lifetime', label: 'Valid for', type: 'select', options: LIFETIMES }}
                value={lifetime}
                onChange={(value) => setLifetime(String(value))}
              />
            </div>
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {!made && (
          <Button onClick={() => void create()} isDisabled={!cluster}>
            Show the command
          </Button>
        )}
        <Button variant={made ? 'primary' : 'link'} onClick={onClose}>
          {made ? 'Done' : 'Cancel'}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
