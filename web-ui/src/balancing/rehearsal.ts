import type { Cluster, ClusterSetting, Rehearsal } from '../api/types';
import type { ChartGroup } from '../charts/chartGroups';
import { schedulingBody, schedulingFields, schedulingValues } from '../clusters/schedulingForm';
import type { Field, Values } from '../common/fields';
import { duration, percent } from '../common/format';

/** Settings of the cluster's form that only concern placement, or loads that are not replayed: disks, networks, pressure. */
const NOT_REHEARSED = new Set([
  'customPolicyId',
  'memoryOvercommitPercent',
  'balancing.diskLimitBytesPerSecond',
  'balancing.diskHighPercent',
  'balancing.networkHighPercent',
  'balancing.cpuPressureHighPercent',
  'balancing.efficiencyLowPercent',
]);

export const rehearsalValues = (cluster: Cluster, settings: readonly ClusterSetting[]): Values => ({
  ...schedulingValues(cluster, settings),
  hours: '24',
});

export const rehearsalFields = (settings: readonly ClusterSetting[]): Field[] => [
  {
    name: 'hours',
    label: 'Loads of the last',
    type: 'number',
    unit: 'hours',
    min: 1,
    max: 744,
    help: 'As far as the leader remembers them',
  },
  ...schedulingFields([], settings).filter((field) => !NOT_REHEARSED.has(field.name)),
];

/** Played are the loads of the trace, if there is one, else those of the last hours. */
export function rehearsalBody(values: Values, settings: readonly ClusterSetting[], traceId?: string) {
  const rehearsed = settings.filter((setting) => !NOT_REHEARSED.has(setting.name));
  const { customPolicyId: _placement, ...body } = schedulingBody(values, rehearsed);
  return { ...(traceId ? { traceId } : { hours: Number(values.hours) }), ...body };
}

type Outcome = NonNullable<Rehearsal['proposed']['outcome']>;

/** Name of a figure, with settings in use, with those proposed. */
export type Row = [string, string, string];

/** Both outcomes side by side; what is not known yet is a dash. */
export function comparison(run: Rehearsal): Row[] {
  const row = (name: string, figure: (outcome: Outcome) => string): Row => [
    name,
    run.inUse.outcome ? figure(run.inUse.outcome) : '–',
    run.proposed.outcome ? figure(run.proposed.outcome) : '–',
  ];
  const switching = [run.inUse, run.proposed].some((side) => side.outcome?.switchedOff || side.outcome?.woken);
  return [
    row('Moves', (outcome) => outcome.moves.toLocaleString('en')),
    row('Energy', (outcome) => `${outcome.kwh.toFixed(1)} kWh`),
    row('Hosts on', (outcome) => `${outcome.hostHoursOn.toFixed(1)} host-hours`),
    ...(switching
      ? [row('Switched off, woken', (outcome) => `${outcome.switchedOff} times, ${outcome.woken} times`)]
      : []),
    row(`Over ${run.thresholdPercent} % CPU, all hosts`, (outcome) => duration(outcome.overThresholdSeconds * 1000)),
    row('Highest load of a host', (outcome) => percent(outcome.highestLoad)),
    row('VMs got of what they asked for', (outcome) => `${(outcome.efficiency * 100).toFixed(2)} %`),
    row('Copied by migrations', (outcome) => `${(outcome.movedBytes / 1e9).toFixed(1)} GB`),
  ];
}

/** Hosts that are on and the highest load of any, over time, for both. */
export function rehearsalCharts(run: Rehearsal): ChartGroup[] {
  const chart = (title: string, unit: string, name: 'hostsOn' | 'highestLoad'): ChartGroup => ({
    title,
    unit,
    series: (
      [
        ['inUse', 'In use'],
        ['proposed', 'Proposed'],
      ] as const
    ).flatMap(([side, label]) => {
      const outcome = run[side].outcome;
      if (!outcome) return [];
      const points = outcome.timeline.map((point): [number, number] => [Date.parse(point.at), point[name]]);
      return [{ name: side, label, points }];
    }),
  });
  return [chart('Hosts on', 'hosts', 'hostsOn'), chart('Highest load of a host', 'ratio', 'highestLoad')].filter(
    (group) => group.series.length > 0,
  );
}

/** How long the recording is that was really there, such as `23 h 55 min of loads`, or the trace. */
export const played = (run: Rehearsal): string =>
  `${duration(Date.parse(run.to) - Date.parse(run.from))} of ${run.trace ? `the trace ${run.trace}` : 'loads'}`;
