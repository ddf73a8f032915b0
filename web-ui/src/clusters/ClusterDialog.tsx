import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useAll } from '../api/queries';
import type { Cluster } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { POLICY_FIELDS, policyBody, policyValues } from './clusterForm';

interface Props {
  cluster?: Cluster;
  dataCenterId?: string;
  onClose: () => void;
}

export function ClusterDialog({ cluster, dataCenterId, onClose }: Props) {
  const queryClient = useQueryClient();
  const { data: dataCenters } = useAll('data_center');
  return (
    <FormDialog
      title={cluster ? `Edit ${cluster.name}` : 'Create cluster'}
      submit={cluster ? 'Save' : 'Create'}
      initial={{
        name: cluster?.name ?? '',
        description: cluster?.description ?? '',
        dataCenterId: cluster?.dataCenterId ?? dataCenterId ?? '',
        schedulingPolicy: cluster?.schedulingPolicy ?? 'evenly_distributed',
        highUtilizationPercent: String(cluster?.highUtilizationPercent ?? 80),
        cpuOverCommitDurationMinutes: String(cluster?.cpuOverCommitDurationMinutes ?? 2),
        memoryOvercommitPercent: String(cluster?.memoryOvercommitPercent ?? 100),
        ...policyValues(cluster),
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
        {
          name: 'schedulingPolicy',
          label: 'Scheduling',
          type: 'select',
          options: [
            { value: 'evenly_distributed', label: 'Distribute evenly' },
            { value: 'none', label: 'Place only; do not balance' },
          ],
        },
        {
          name: 'highUtilizationPercent',
          label: 'A host is busy above',
          type: 'number',
          unit: '% CPU',
          min: 1,
          max: 100,
          shown: (values) => values.schedulingPolicy !== 'none',
        },
        {
          name: 'cpuOverCommitDurationMinutes',
          label: 'Balance when it is busy for',
          type: 'number',
          unit: 'minutes',
          min: 1,
          shown: (values) => values.schedulingPolicy !== 'none',
        },
        {
          name: 'memoryOvercommitPercent',
          label: 'Memory to give out',
          type: 'number',
          unit: '% of physical',
          min: 100,
          help: '100 % gives out no more memory than there is',
        },
        ...POLICY_FIELDS,
      ]}
      onSubmit={async (values) => {
        const body = {
          name: values.name,
          description: values.description,
          schedulingPolicy: values.schedulingPolicy,
          highUtilizationPercent: Number(values.highUtilizationPercent),
          cpuOverCommitDurationMinutes: Number(values.cpuOverCommitDurationMinutes),
          memoryOvercommitPercent: Number(values.memoryOvercommitPercent),
          ...policyBody(values),
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
