import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import type { Host } from '../api/types';
import { FormDialog } from '../common/FormDialog';

export function HostDialog({ host, onClose }: { host: Host; onClose: () => void }) {
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={`Edit ${host.name}`}
      submit="Save"
      initial={{ name: host.name, faultDomain: host.faultDomain ?? '' }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        {
          name: 'faultDomain',
          label: 'Fault domain',
          help: 'What fails as one with it, such as rack-12; empty: it fails alone. Affinity groups can keep VMs apart by it.',
        },
      ]}
      onSubmit={async (values) => {
        const changed = await api.patch<Host>(`/hosts/${host.id}`, values, host.revision);
        queryClient.setQueryData(['host', 'one', host.id], changed);
      }}
      onClose={onClose}
    />
  );
}
