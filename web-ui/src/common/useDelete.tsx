import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../api/client';
import { COLLECTIONS, type Kind } from '../api/queries';
import type { Named, Operation } from '../api/types';
import { accepted } from '../operations/useWork';
import { ActionMenu, type Action } from './ActionButton';
import { ConfirmDialog } from './ConfirmDialog';
import { useNotifications } from './Notifications';

/** Deletion of an object of a small kind: asked first, the refusal shown in words. */
export function useDelete(kind: Kind, what: string, afterwards?: () => void) {
  const [target, setTarget] = useState<Named>();
  const queryClient = useQueryClient();
  const { failed } = useNotifications();

  const remove = async (object: Named) => {
    try {
      // Some kinds answer nothing, others the operation that does the work.
      accepted(await api.delete<Operation | undefined>(`${COLLECTIONS[kind]}/${object.id}`));
      afterwards?.();
    } catch (error) {
      failed(`${what} ${object.name} was not deleted`, error);
    }
    void queryClient.invalidateQueries({ queryKey: [kind, 'list'] });
    void queryClient.invalidateQueries({ queryKey: ['tree'] });
  };
  const dialog: ReactNode = target && (
    <ConfirmDialog
      title={`Delete ${target.name}?`}
      confirm="Delete"
      onConfirm={() => remove(target)}
      onClose={() => setTarget(undefined)}
    >
      {what} “{target.name}” is deleted for good.
    </ConfirmDialog>
  );
  const menu = (object: Named, more: Action[] = []) => (
    <ActionMenu
      label={`Actions for ${object.name}`}
      actions={[...more, { key: 'delete', label: 'Delete', danger: true, run: () => setTarget(object) }]}
    />
  );
  return { dialog, menu, ask: setTarget };
}
