import type { Host, Tree } from '../api/types';

export interface Capacity {
  up: number;
  vms: number;
  threads: number;
  cpuUsage: number | null;
  memory: number;
  memoryUsed: number;
  memoryRatio: number | null;
}

/** What the hosts that are up have and use together; CPU usage is weighed by the threads of each host. */
export function capacityOf(hosts: readonly Host[]): Capacity {
  const up = hosts.filter((host) => host.state === 'up');
  const sum = (of: (host: Host) => number | null | undefined) => up.reduce((total, host) => total + (of(host) ?? 0), 0);
  const threads = sum((host) => host.facts?.cpuThreads);
  const memory = sum((host) => host.facts?.memoryBytes);
  const memoryUsed = sum((host) => host.usage?.memoryUsedBytes);
  return {
    up: up.length,
    vms: hosts.reduce((total, host) => total + (host.usage?.vmCount ?? 0), 0),
    threads,
    cpuUsage: threads ? sum((host) => (host.usage?.cpuUsage ?? 0) * (host.facts?.cpuThreads ?? 0)) / threads : null,
    memory,
    memoryUsed,
    memoryRatio: memory ? memoryUsed / memory : null,
  };
}

/** How many hosts and how many VMs are in each state. */
export function statesIn(tree: Tree): { hosts: Map<string, number>; vms: Map<string, number> } {
  const hosts = new Map<string, number>();
  const vms = new Map<string, number>();
  const count = (states: Map<string, number>, state: string) => states.set(state, (states.get(state) ?? 0) + 1);
  for (const cluster of (tree.dataCenters ?? []).flatMap((dataCenter) => dataCenter.clusters ?? [])) {
    for (const vm of cluster.vms ?? []) count(vms, vm.state);
    for (const host of cluster.hosts ?? []) {
      count(hosts, host.state);
      for (const vm of host.vms ?? []) count(vms, vm.state);
    }
  }
  return { hosts, vms };
}
