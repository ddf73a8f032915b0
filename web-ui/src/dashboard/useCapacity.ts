import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import type { Capacity, Overview } from '../api/types';

/** Usage changes without a change of any object. */
const AGAIN_MS = 15_000;

/** All hosts, added up by the engine, and those that somebody should look at. */
export function useOverview() {
  return useQuery({
    queryKey: ['status', 'overview'],
    queryFn: () => api.get<Overview>('/overview'),
    refetchInterval: AGAIN_MS,
  });
}

/** The hosts of a cluster, added up by the engine. */
export function useCapacity(clusterId: string) {
  return useQuery({
    queryKey: ['status', 'capacity', clusterId],
    queryFn: () => api.get<Capacity>(`/clusters/${clusterId}/capacity`),
    refetchInterval: AGAIN_MS,
  });
}
