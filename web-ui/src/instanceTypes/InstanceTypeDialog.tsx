import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import type { InstanceType } from '../api/types';
import { FormDialog } from '../common/FormDialog';
import { instanceTypeBody, instanceTypeFields, instanceTypeValues } from './instanceTypeForm';

export function InstanceTypeDialog({ type, onClose }: { type?: InstanceType; onClose: () => void }) {
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={type ? `Edit ${type.name}` : 'Create instance type'}
      submit={type ? 'Save' : 'Create'}
      initial={instanceTypeValues(type)}
      fields={instanceTypeFields(!type)}
      onSubmit={async (values) => {
        const body = instanceTypeBody(values, !type);
        if (type) await api.patch(`/instance-types/${type.id}`, body, type.revision);
        else await api.post('/instance-types', body);
        await queryClient.invalidateQueries({ queryKey: ['instance_type', 'list'] });
      }}
      onClose={onClose}
    />
  );
}
