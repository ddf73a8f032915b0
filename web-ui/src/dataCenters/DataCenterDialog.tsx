import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import type { DataCenter } from '../api/types';
import { FormDialog } from '../common/FormDialog';

export function DataCenterDialog({ dataCenter, onClose }: { dataCenter?: DataCenter; onClose: () => void }) {
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={dataCenter ? `Edit ${dataCenter.name}` : 'Create data center'}
      submit={dataCenter ? 'Save' : 'Create'}
      initial={{ name: dataCenter?.name ?? '', description: dataCenter?.description ?? '' }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        { name: 'description', label: 'Description' },
      ]}
      onSubmit={async (values) => {
        if (dataCenter) await api.patch(`/data-centers/${dataCenter.id}`, values, dataCenter.revision);
        else await api.post('/data-centers', values);
        await queryClient.invalidateQueries({ queryKey: ['data_center'] });
        void queryClient.invalidateQueries({ queryKey: ['tree'] });
      }}
      onClose={onClose}
    />
  );
}
