import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { listKey } from '../api/queries';
import type { BrokenRule } from '../api/types';

/** Rules that VMs of the cluster break now. Asked again when a group changes, and every so often since VMs move. */
export function useBrokenRules(clusterId: string) {
  const query = { clusterId, broken: true };
  return useQuery({
    queryKey: listKey('affinity_group', query),
    queryFn: () => api.get<BrokenRule[]>('/affinity-groups/broken-rules', { clusterId }),
    refetchInterval: 15_000,
  });
}
