import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import type { BalancingPlan, Cluster, ClusterBranch } from '../api/types';
import { FormDialog } from '../common/FormDialog';
import { rollingBody, rollingFields, rollingValues } from './rolling';

/** Asks with which hosts to begin a rolling maintenance, and what is done with each. */
export function RollingDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const queryClient = useQueryClient();
  // Not the list, which has a thousand hosts at most.
  const { data } = useQuery({
    queryKey: ['hosts to maintain', cluster.id],
    queryFn: () => api.get<ClusterBranch>(`/tree/clusters/${cluster.id}`),
    gcTime: 0,
  });
  if (!data) return null;
  return (
    <FormDialog
      title={`Maintain the hosts of ${cluster.name}`}
      description="Some at a time they are emptied by live migration, maintained, and taken back. The cluster is not balanced meanwhile."
      submit="Begin"
      fields={rollingFields(data.hosts)}
      initial={rollingValues(data.hosts)}
      onSubmit={async (values) => {
        await api.post<BalancingPlan>(`/clusters/${cluster.id}/rolling-maintenance`, rollingBody(values, data.hosts));
        await queryClient.invalidateQueries({ queryKey: ['balancing_plan', 'list'] });
      }}
      onClose={onClose}
    />
  );
}
