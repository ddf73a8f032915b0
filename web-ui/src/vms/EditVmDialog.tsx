import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import type { Vm } from '../api/types';
import { words } from '../common/format';
import { FormDialog } from '../common/FormDialog';

export function EditVmDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={`Edit ${vm.name}`}
      submit="Save"
      initial={{
        name: vm.name,
        description: vm.description ?? '',
        enabled: vm.highAvailability?.enabled ?? false,
        priority: vm.highAvailability?.priority ?? 'medium',
        migration: vm.migration ?? 'allowed',
      }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        { name: 'description', label: 'Description' },
        { name: 'enabled', label: 'Highly available', type: 'switch', help: 'Restarted elsewhere when its host fails' },
        {
          name: 'priority',
          label: 'Restart priority',
          type: 'select',
          options: ['low', 'medium', 'high'].map((value) => ({ value, label: words(value) })),
        },
        {
          name: 'migration',
          label: 'Migration',
          type: 'select',
          options: [
            { value: 'allowed', label: 'Allowed' },
            { value: 'manual_only', label: 'Only by hand' },
            { value: 'pinned', label: 'Pinned to its host' },
          ],
        },
      ]}
      onSubmit={async ({ name, description, enabled, priority, migration }) => {
        const change = { name, description, highAvailability: { enabled, priority }, migration };
        const changed = await api.patch<Vm>(`/vms/${vm.id}`, change, vm.revision);
        queryClient.setQueryData(['vm', 'one', vm.id], changed);
      }}
      onClose={onClose}
    />
  );
}
