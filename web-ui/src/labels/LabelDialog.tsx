import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useList } from '../api/queries';
import type { AffinityLabel } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { labelBody, labelFields, labelValues, OFFERED } from './labelForm';

export function LabelDialog({ label, onClose }: { label?: AffinityLabel; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { data: hosts } = useList('host', { limit: OFFERED, sort: 'name' });
  const { data: vms } = useList('vm', { limit: OFFERED, sort: 'name' });
  if (!hosts || !vms) return null;
  return (
    <FormDialog
      title={label ? `Edit ${label.name}` : 'Create label'}
      submit={label ? 'Save' : 'Create'}
      initial={labelValues(label)}
      fields={labelFields(choices(hosts.items), choices(vms.items))}
      onSubmit={async (values) => {
        if (label) await api.patch(`/affinity-labels/${label.id}`, labelBody(values), label.revision);
        else await api.post('/affinity-labels', labelBody(values));
        await queryClient.invalidateQueries({ queryKey: ['affinity_label', 'list'] });
      }}
      onClose={onClose}
    />
  );
}
