import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useAll } from '../api/queries';
import type { Cluster } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { useSchedulingUnits } from '../scheduling/useSchedulingUnits';
import { schedulingBody, schedulingFields, schedulingValues } from './schedulingForm';
import { POLICY_FIELDS, policyBody, policyValues } from './clusterForm';
import { MIGRATION_FIELDS, migrationBody, migrationValues } from './migrationForm';

interface Props {
  cluster?: Cluster;
  dataCenterId?: string;
  onClose: () => void;
}

export function ClusterDialog({ cluster, dataCenterId, onClose }: Props) {
  const queryClient = useQueryClient();
  const { data: dataCenters } = useAll('data_center');
  const { data: policies } = useAll('scheduling_policy');
  const { data: units } = useSchedulingUnits();
  if (!units) return null;
  const settings = units.clusterSettings;
  return (
    <FormDialog
      title={cluster ? `Edit ${cluster.name}` : 'Create cluster'}
      submit={cluster ? 'Save' : 'Create'}
      initial={{
        name: cluster?.name ?? '',
        description: cluster?.description ?? '',
        dataCenterId: cluster?.dataCenterId ?? dataCenterId ?? '',
        ...schedulingValues(cluster, settings),
        ...policyValues(cluster),
        ...migrationValues(cluster),
      }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        { name: 'description', label: 'Description' },
        {
          name: 'dataCenterId',
          label: 'Data center',
          type: 'select',
          required: true,
          options: choices(dataCenters?.items),
          shown: () => !cluster && !dataCenterId,
        },
        ...schedulingFields(choices(policies?.items), settings),
        ...MIGRATION_FIELDS,
        ...POLICY_FIELDS,
      ]}
      onSubmit={async (values) => {
        const body = {
          name: values.name,
          description: values.description,
          ...schedulingBody(values, settings),
          ...policyBody(values),
          ...migrationBody(values),
        };
        if (cluster) await api.patch(`/clusters/${cluster.id}`, body, cluster.revision);
        else await api.post('/clusters', { ...body, dataCenterId: values.dataCenterId });
        await queryClient.invalidateQueries({ queryKey: ['cluster'] });
        void queryClient.invalidateQueries({ queryKey: ['tree'] });
      }}
      onClose={onClose}
    />
  );
}
