import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import type { SchedulingUnits } from '../api/types';

/** What policies are put together from and clusters are set by; it changes with the engine's version only. */
export function useSchedulingUnits() {
  return useQuery({
    queryKey: ['scheduling_units'],
    queryFn: () => api.get<SchedulingUnits>('/scheduling-units'),
    staleTime: Infinity,
  });
}
