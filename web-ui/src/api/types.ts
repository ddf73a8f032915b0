import type { components } from './schema';

type Schemas = components['schemas'];

/**
 * An answer as the pages read it: every property can be named. Whether the engine may leave one out is a matter of its
 * OpenAPI document; pages treat absent and null alike with `?.` and `??`.
 */
type Answer<T> = T extends readonly unknown[]
  ? { [I in keyof T]: Answer<T[I]> }
  : T extends object
    ? { [K in keyof T]-?: Answer<T[K]> }
    : T;

export type DataCenter = Answer<Schemas['DataCenter']>;
export type Cluster = Answer<Schemas['Cluster']>;
export type Host = Answer<Schemas['Host']>;
export type Vm = Answer<Schemas['Vm']>;
export type Hardware = Answer<Schemas['Hardware']>;
export type Template = Answer<Schemas['Template']>;
export type Image = Answer<Schemas['Image']>;
export type StorageDomain = Answer<Schemas['StorageDomain']>;
export type Network = Answer<Schemas['Network']>;
export type Operation = Answer<Schemas['Operation']>;
export type KvorumEvent = Answer<Schemas['Event']>;
export type Failover = Answer<Schemas['Failover']>;
export type Explanation = Answer<Schemas['Explanation']>;
export type AffinityGroup = Answer<Schemas['AffinityGroup']>;
export type AffinityLabel = Answer<Schemas['AffinityLabel']>;
export type Quota = Answer<Schemas['Quota']>;
export type QuotaUsage = Answer<Schemas['QuotaUsage']>;
export type InstanceType = Answer<Schemas['InstanceType']>;
export type Room = Answer<Schemas['Room']>;
export type BrokenRule = Answer<Schemas['BrokenRule']>;
export type BalancingPlan = Answer<Schemas['BalancingPlan']>;
export type BalancingMove = Answer<Schemas['BalancingMove']>;
export type Rehearsal = Answer<Schemas['Rehearsal']>;
export type RehearsalTrace = Answer<Schemas['RehearsalTrace']>;
export type SchedulingPolicy = Answer<Schemas['SchedulingPolicy']>;
export type SchedulingUnits = Answer<Schemas['SchedulingUnits']>;
export type SchedulingUnit = Answer<Schemas['SchedulingUnit']>;
export type ClusterSetting = Answer<Schemas['ClusterSetting']>;
export type JoinToken = Answer<Schemas['JoinToken']>;
export type ConsoleTicket = Answer<Schemas['ConsoleTicket']>;
export type Statistics = Answer<Schemas['Statistics']>;
export type Tree = Answer<Schemas['Tree']>;
export type ClusterBranch = Answer<Schemas['ClusterBranch']>;
export type HostBranch = Answer<Schemas['HostBranch']>;
export type TreeMatches = Answer<Schemas['TreeMatches']>;
export type Status = Answer<Schemas['Status']>;
export type Overview = Answer<Schemas['Overview']>;
export type Capacity = Answer<Schemas['Capacity']>;
export type Session = Answer<Schemas['Session']>;

/** Problem details (RFC 9457). Hand-made ones, such as "no connection", carry only the words. */
export type Problem = { title: string; status: number } & Partial<Answer<Schemas['Problem']>>;

/** An API token; `secret` is answered once, when it is made. */
export interface ApiToken {
  id: string;
  name: string;
  secret?: string | null;
  createdAt?: string | null;
  expiresAt?: string | null;
}

export interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

export interface Named {
  id: string;
  name: string;
}
