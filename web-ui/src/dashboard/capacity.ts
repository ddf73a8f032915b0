import type { Host } from '../api/types';

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
