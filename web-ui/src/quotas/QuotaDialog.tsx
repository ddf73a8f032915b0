import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useAll } from '../api/queries';
import type { Quota } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { quotaBody, quotaFields, quotaValues } from './quotaForm';

export function QuotaDialog({ quota, onClose }: { quota?: Quota; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { data: dataCenters } = useAll('data_center');
  const { data: clusters } = useAll('cluster');
  if (!dataCenters || !clusters) return null;
  return (
    <FormDialog
      title={quota ? `Edit ${quota.name}` : 'Create quota'}
      submit={quota ? 'Save' : 'Create'}
      initial={quotaValues(quota, clusters.items)}
      fields={quotaFields(choices(dataCenters.items), !quota)}
      onSubmit={async (values) => {
        const body = quotaBody(values, clusters.items, !quota);
        if (quota) await api.patch(`/quotas/${quota.id}`, body, quota.revision);
        else await api.post('/quotas', body);
        await queryClient.invalidateQueries({ queryKey: ['quota', 'list'] });
      }}
      onClose={onClose}
    />
  );
}
