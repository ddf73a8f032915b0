import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, type Query } from './client';
import { problemOf } from './problem';
import type {
  AffinityGroup,
  AffinityLabel,
  ApiToken,
  BalancingPlan,
  Cluster,
  DataCenter,
  Host,
  Image,
  InstanceType,
  JoinToken,
  KvorumEvent,
  Network,
  Operation,
  Page,
  Quota,
  SchedulingPolicy,
  StorageDomain,
  Template,
  Vm,
} from './types';

/** The kinds as the change feed names them, with where they are listed. */
export interface Kinds {
  data_center: DataCenter;
  cluster: Cluster;
  host: Host;
  vm: Vm;
  template: Template;
  image: Image;
  storage_domain: StorageDomain;
  network: Network;
  join_token: JoinToken;
  token: ApiToken;
  operation: Operation;
  event: KvorumEvent;
  affinity_group: AffinityGroup;
  balancing_plan: BalancingPlan;
  scheduling_policy: SchedulingPolicy;
  affinity_label: AffinityLabel;
  quota: Quota;
  instance_type: InstanceType;
}

export type Kind = keyof Kinds;

export const COLLECTIONS: Record<Kind, string> = {
  data_center: '/data-centers',
  cluster: '/clusters',
  host: '/hosts',
  vm: '/vms',
  template: '/templates',
  image: '/images',
  storage_domain: '/storage-domains',
  network: '/networks',
  join_token: '/join-tokens',
  token: '/tokens',
  operation: '/operations',
  event: '/events',
  affinity_group: '/affinity-groups',
  balancing_plan: '/balancing-plans',
  scheduling_policy: '/scheduling-policies',
  affinity_label: '/affinity-labels',
  quota: '/quotas',
  instance_type: '/instance-types',
};

export const listKey = (kind: Kind, query: Query = {}) => [kind, 'list', query] as const;
export const oneKey = (kind: Kind, id: string) => [kind, 'one', id] as const;

export function useList<K extends Kind>(kind: K, query: Query = {}, enabled = true) {
  return useQuery({
    queryKey: listKey(kind, query),
    queryFn: () => api.get<Page<Kinds[K]>>(COLLECTIONS[kind], query),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useOne<K extends Kind>(kind: K, id: string | null | undefined) {
  const query = useQuery({
    queryKey: oneKey(kind, id ?? ''),
    queryFn: () => api.get<Kinds[K]>(`${COLLECTIONS[kind]}/${id}`),
    enabled: Boolean(id),
  });
  // What was deleted meanwhile is no longer shown, although the cache still has it.
  const gone = query.error && problemOf(query.error).status === 404;
  return { data: gone ? undefined : query.data, error: query.error };
}

/** Everything of a small kind (data centers, clusters, networks…), for choices and for names behind ids. */
export function useAll<K extends Kind>(kind: K) {
  return useList(kind, { limit: 1000, sort: 'name' });
}

/** Names behind ids of a small kind. */
export function useNames(
  kind:
    | 'cluster'
    | 'host'
    | 'network'
    | 'storage_domain'
    | 'data_center'
    | 'template'
    | 'scheduling_policy'
    | 'quota'
    | 'instance_type',
) {
  const { data } = useAll(kind);
  return (id: string | null | undefined): string | undefined => data?.items.find((item) => item.id === id)?.name;
}
