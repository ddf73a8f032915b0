import type { Explanation, Vm } from '../api/types';

/** Why a VM that runs is on its host, from where it would go if it ran nowhere. */
export function whyHere(vm: Pick<Vm, 'name' | 'hostId'>, afresh: Pick<Explanation, 'chosenHostId' | 'hosts'>): string {
  const here = afresh.hosts.find((host) => host.hostId === vm.hostId);
  const best = afresh.hosts.find((host) => host.hostId === afresh.chosenHostId);
  if (!here) return 'Its host is not among those of its cluster any more.';
  if (here.verdict === 'chosen') return `If ${vm.name} were placed now, ${here.hostName} would be chosen again.`;
  if (here.verdict === 'refused') {
    return `${here.hostName} would not be chosen again: ${here.reason ?? 'a filter refuses it.'}`;
  }
  if (!best) return `${here.hostName} could take it.`;
  const gap = (best.total ?? 0) - (here.total ?? 0);
  return gap < 0.005
    ? `${here.hostName} is as good as ${best.hostName}, which comes first by name.`
    : `${here.hostName} could take it again; ${best.hostName} would be better by ${gap.toFixed(2)} now.`;
}
