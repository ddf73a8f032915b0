import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import type { Tree } from '../api/types';

/** The whole inventory: every data center, cluster, host and VM, with names and states only. */
export function useTree() {
  return useQuery({ queryKey: ['tree'], queryFn: () => api.get<Tree>('/tree') });
}
