import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../api/client';
import type { ClusterBranch, HostBranch, Tree, TreeMatches } from '../api/types';
import { clustersOpen, keyOf, type Known } from './treeModel';

const TYPING_MS = 200;

/** The inventory as far as it is open: data centers and clusters, the hosts of open clusters, the VMs of open hosts. */
export function useTree(toggled: ReadonlySet<string>, search: string): Known | undefined {
  const wanted = useSettled(search.trim(), TYPING_MS);
  const { data: tree } = useQuery({ queryKey: ['tree'], queryFn: () => api.get<Tree>('/tree') });
  const { data: matches } = useQuery({
    queryKey: ['tree', 'search', wanted],
    queryFn: () => api.get<TreeMatches>('/tree/search', { q: wanted }),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
  const openClusters = useMemo(() => {
    const open = tree ? clustersOpen(tree) : false;
    return (tree?.dataCenters ?? [])
      .flatMap((dataCenter) => dataCenter.clusters ?? [])
      .filter((cluster) => open !== toggled.has(keyOf('cluster', cluster.id)))
      .map((cluster) => cluster.id);
  }, [tree, toggled]);
  const clusters = useBranches<ClusterBranch>('clusters', wanted === '' ? openClusters : []);
  const openHosts = useMemo(
    () =>
      [...clusters.values()]
        .flatMap((cluster) => cluster.hosts ?? [])
        .filter((host) => host.vmCount > 0 && toggled.has(keyOf('host', host.id)))
        .map((host) => host.id),
    [clusters, toggled],
  );
  const hosts = useBranches<HostBranch>('hosts', openHosts);
  return useMemo(
    () => tree && { tree, clusters, hosts, matches: wanted === '' ? null : (matches ?? null) },
    [tree, clusters, hosts, matches, wanted],
  );
}

function useBranches<B extends { id: string }>(level: 'clusters' | 'hosts', ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ['tree', level, id],
      queryFn: () => api.get<B>(`/tree/${level}/${id}`),
    })),
    combine: branchesOf<B>,
  });
}

function branchesOf<B extends { id: string }>(results: { data: B | undefined }[]): ReadonlyMap<string, B> {
  return new Map(results.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])));
}

/** The value once it has not changed for so long. */
function useSettled(value: string, forMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), forMs);
    return () => clearTimeout(timer);
  }, [value, forMs]);
  return settled;
}
