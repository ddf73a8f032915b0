import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../api/client';
import type { Operation } from '../api/types';
import { useNotifications } from '../common/Notifications';
import { follow } from './followed';

/**
 * Starts work on the engine. A refusal is shown at once; the outcome of accepted work is told by the operations panel,
 * and a failure of it by a notice as well, since the person who asked is here.
 */
export function useWork() {
  const { failed } = useNotifications();
  const queryClient = useQueryClient();
  return useCallback(
    async (what: string, path: string, body?: unknown, method: 'post' | 'delete' = 'post'): Promise<boolean> => {
      try {
        const operation =
          method === 'post'
            ? await api.post<Operation | undefined>(path, body)
            : await api.delete<Operation | undefined>(path);
        accepted(operation);
        void queryClient.invalidateQueries({ queryKey: ['operation', 'list'] });
        return true;
      } catch (error) {
        failed(`${what} was refused`, error);
        return false;
      }
    },
    [failed, queryClient],
  );
}

/** Notes an operation that a dialog of this page started. */
export function accepted(operation: Operation | undefined): void {
  if (operation?.id) follow(operation.id);
}
