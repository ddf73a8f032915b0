import type { BalancingMove, BalancingPlan, Cluster } from '../api/types';
import { movesLater } from '../clusters/schedulingForm';
import { count, words } from '../common/format';

export const isOpen = (plan: Pick<BalancingPlan, 'state'>) => ['proposed', 'running', 'paused'].includes(plan.state);

/** `3 made, 1 skipped`: how many moves are in which state, the made ones first. */
export function movesInWords(plan: Pick<BalancingPlan, 'state'> & { moves: readonly Pick<BalancingMove, 'state'>[] }) {
  const words: [string, string][] = [
    ['moved', 'made'],
    ['moving', 'under way'],
    ['planned', isOpen(plan) ? 'to come' : 'not made'],
    ['failed', 'failed'],
    ['skipped', 'skipped'],
    ['left_out', 'left out'],
  ];
  const parts = words
    .map(([state, word]) => [plan.moves.filter((move) => move.state === state).length, word] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`);
  return parts.join(', ') || 'None';
}

export interface Cost {
  bytes: number;
  millis: number;
  moves: number;
}

/** What the moves that have not been made yet are expected to cost together. */
export function costToCome(moves: readonly Pick<BalancingMove, 'state' | 'costBytes' | 'costMillis'>[]): Cost {
  const left = moves.filter((move) => move.state === 'planned' || move.state === 'moving');
  return {
    moves: left.length,
    bytes: left.reduce((sum, move) => sum + move.costBytes, 0),
    millis: left.reduce((sum, move) => sum + move.costMillis, 0),
  };
}

/** Whether anything of a plan is still to be done. */
export const anythingLeft = (plan: BalancingPlan): boolean =>
  costToCome(plan.moves).moves > 0 || (plan.switches ?? []).some((off) => off.state === 'planned');

/** The policy in force, and whether that is by its schedule. */
export const policyInWords = (cluster: Cluster): string =>
  words(cluster.policyInForce ?? cluster.schedulingPolicy) + (cluster.policySchedule ? ', by schedule' : '');

/** What becomes of plans in this cluster, as its settings are. */
export function regime(cluster: Cluster): string {
  if (cluster.balancing.mode === 'off') return 'No plans are made: balancing is off.';
  const policy = cluster.policyInForce ?? cluster.schedulingPolicy;
  if (!movesLater(policy)) {
    return `No plans are made: the scheduling policy “${words(policy)}” only places VMs.`;
  }
  const minutes = cluster.cpuOverCommitDurationMinutes;
  const lasting = minutes > 0 ? ` for ${count(minutes, 'minute')}` : '';
  const saving = policy === 'power_saving';
  const when = saving
    ? `when hosts used less than ${cluster.powerSaving.lowUtilizationPercent} % of their CPU${lasting} or are empty, or one used more than ${cluster.highUtilizationPercent} %`
    : cluster.balancing.aggressiveness > 1
      ? `when a host is over-utilized, or the cluster is not even enough for aggressiveness ${cluster.balancing.aggressiveness}`
      : `when a host used more than ${cluster.highUtilizationPercent} % of its CPU or ${cluster.balancing.memoryHighPercent} % of its memory${lasting}`;
  return cluster.balancing.mode === 'review'
    ? `A plan is proposed ${when}. It waits for approval for an hour.`
    : `A plan is made ${when}, and carried out at once.`;
}

const PURPOSES: Record<string, string> = {
  repair_affinity: 'Repairs affinity',
  even_out: 'Evens out',
  empty_host: 'Empties its host',
};

export const purposeInWords = (purpose: string): string => PURPOSES[purpose] ?? words(purpose);
