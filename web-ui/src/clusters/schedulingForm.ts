import type { Cluster } from '../api/types';
import type { Choice, Field, Values } from '../common/fields';
import { scheduleText, scheduleWindows } from './policySchedule';

export const POLICIES: Choice[] = [
  { value: 'evenly_distributed', label: 'Evenly distributed' },
  { value: 'vm_evenly_distributed', label: 'VMs evenly distributed, by number' },
  { value: 'power_saving', label: 'Power saving: few hosts, well filled' },
  { value: 'performance', label: 'Performance: most room for each VM' },
  { value: 'density', label: 'Density: large holes stay whole' },
  { value: 'cluster_maintenance', label: 'Cluster maintenance: only highly available VMs start' },
  { value: 'none', label: 'None' },
];

const SECTION = 'Scheduling';
const BALANCING = 'Balancing';
const POWER = 'Power saving';

/** Policies under which VMs are moved after they were placed. */
const MOVING = new Set(['evenly_distributed', 'power_saving']);
export const movesLater = (policy: string) => MOVING.has(policy);

/** Whether one of these policies is in force at some time of the week. */
const everUses = (values: Values, policies: (policy: string) => boolean) =>
  policies(String(values.schedulingPolicy)) ||
  String(values['policySchedule.windows'] ?? '')
    .split(/\s+/)
    .some(policies);

const balanced = (values: Values) => everUses(values, movesLater);
const savesPower = (values: Values) => everUses(values, (policy) => policy === 'power_saving');
const balances = (values: Values) => balanced(values) && values['balancing.mode'] !== 'off';

/** What the forms hold of a cluster's scheduling and balancing. */
export function schedulingValues(cluster: Cluster | undefined): Values {
  const { balancing, powerSaving } = cluster ?? {};
  return {
    schedulingPolicy: cluster?.schedulingPolicy ?? 'evenly_distributed',
    'policySchedule.windows': scheduleText(cluster?.policySchedule?.windows),
    'policySchedule.timeZone': cluster?.policySchedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    customPolicyId: cluster?.customPolicyId ?? '',
    memoryOvercommitPercent: String(cluster?.memoryOvercommitPercent ?? 100),
    highUtilizationPercent: String(cluster?.highUtilizationPercent ?? 80),
    cpuOverCommitDurationMinutes: String(cluster?.cpuOverCommitDurationMinutes ?? 2),
    'balancing.mode': balancing?.mode ?? 'automatic',
    'balancing.aggressiveness': String(balancing?.aggressiveness ?? 1),
    'balancing.memoryHighPercent': String(balancing?.memoryHighPercent ?? 90),
    'balancing.criticalPercent': String(balancing?.criticalPercent ?? 95),
    'balancing.migrationsPerHost': String(balancing?.migrationsPerHost ?? 2),
    'balancing.migrationsPerCluster': String(balancing?.migrationsPerCluster ?? 8),
    'powerSaving.lowUtilizationPercent': String(powerSaving?.lowUtilizationPercent ?? 20),
    'powerSaving.hostsInReserve': String(powerSaving?.hostsInReserve ?? 0),
    'powerSaving.enableAutomaticHostPowerManagement': powerSaving?.enableAutomaticHostPowerManagement ?? false,
  };
}

export function schedulingFields(custom: readonly Choice[]): Field[] {
  return [
    {
      name: 'schedulingPolicy',
      label: 'Scheduling policy',
      type: 'select',
      options: POLICIES,
      section: SECTION,
      help: 'Where VMs are placed, and whether they are moved later',
    },
    {
      name: 'policySchedule.windows',
      label: 'Other policies by day and hour',
      type: 'textarea',
      section: SECTION,
      help: 'A line each, such as “mon-fri 08:00-18:00 performance” or “sat,sun 22:00-06:00 power_saving”',
    },
    {
      name: 'policySchedule.timeZone',
      label: 'Time zone of these hours',
      section: SECTION,
      required: true,
      shown: (values) => String(values['policySchedule.windows'] ?? '').trim() !== '',
    },
    {
      name: 'customPolicyId',
      label: 'Place by a policy of your own',
      type: 'select',
      options: [{ value: '', label: 'No: by the scheduling policy' }, ...custom],
      section: SECTION,
      help: 'Decides placement instead; what is moved later stays as above',
    },
    {
      name: 'memoryOvercommitPercent',
      label: 'Memory to give out',
      type: 'number',
      unit: '% of physical',
      min: 100,
      section: SECTION,
      help: '100 % gives out no more memory than there is',
    },
    {
      name: 'balancing.mode',
      label: 'Plans of moves',
      type: 'select',
      section: BALANCING,
      options: [
        { value: 'automatic', label: 'Made and carried out' },
        { value: 'review', label: 'Proposed, for approval' },
        { value: 'off', label: 'Not made' },
      ],
      shown: balanced,
    },
    {
      name: 'balancing.aggressiveness',
      label: 'Aggressiveness',
      type: 'select',
      section: BALANCING,
      options: [
        { value: '1', label: '1: only relieve hosts that are over-utilized' },
        { value: '2', label: '2: until the spread is below 20 %' },
        { value: '3', label: '3: below 10 %' },
        { value: '4', label: '4: below 4.8 %' },
        { value: '5', label: '5: below 1.5 %' },
      ],
      shown: balances,
    },
    ...limits([
      ['highUtilizationPercent', 'CPU is busy above', '%', 1, 100],
      ['cpuOverCommitDurationMinutes', 'Busy for at least', 'minutes', 0, 1440],
      ['balancing.memoryHighPercent', 'Memory is busy above', '%', 1, 100],
      ['balancing.criticalPercent', 'Relieve at any cost above', '%', 1, 100],
      ['balancing.migrationsPerHost', 'Migrations of a host', 'at once', 1, 16],
      ['balancing.migrationsPerCluster', 'Migrations in all', 'at once', 1, 1000],
    ]),
    {
      name: 'powerSaving.lowUtilizationPercent',
      label: 'Empty hosts that use less than',
      type: 'number',
      unit: '% CPU',
      min: 0,
      max: 100,
      section: POWER,
      shown: savesPower,
    },
    {
      name: 'powerSaving.hostsInReserve',
      label: 'Keep on without VMs',
      type: 'number',
      unit: 'hosts',
      min: 0,
      max: 1000,
      section: POWER,
      shown: savesPower,
    },
    {
      name: 'powerSaving.enableAutomaticHostPowerManagement',
      label: 'Switch empty hosts off, and on again when they are needed',
      type: 'switch',
      help: 'Only hosts with power management; what somebody else switched off stays off',
      section: POWER,
      shown: savesPower,
    },
  ];
}

function limits(numbers: [string, string, string, number, number][]): Field[] {
  return numbers.map(([name, label, unit, min, max]) => ({
    name,
    label,
    type: 'number',
    unit,
    min,
    max,
    section: BALANCING,
    // The filter CPUOverloaded asks for the first two whether anything is moved later or not.
    shown: name.startsWith('balancing.') ? balances : undefined,
  }));
}

/** The part of the request body that scheduling and balancing are. */
export function schedulingBody(values: Values) {
  return {
    schedulingPolicy: String(values.schedulingPolicy),
    policySchedule: {
      timeZone: String(values['policySchedule.timeZone']),
      windows: scheduleWindows(String(values['policySchedule.windows'] ?? '')),
    },
    customPolicyId: String(values.customPolicyId),
    memoryOvercommitPercent: Number(values.memoryOvercommitPercent),
    highUtilizationPercent: Number(values.highUtilizationPercent),
    cpuOverCommitDurationMinutes: Number(values.cpuOverCommitDurationMinutes),
    balancing: {
      mode: String(values['balancing.mode']),
      aggressiveness: Number(values['balancing.aggressiveness']),
      memoryHighPercent: Number(values['balancing.memoryHighPercent']),
      criticalPercent: Number(values['balancing.criticalPercent']),
      migrationsPerHost: Number(values['balancing.migrationsPerHost']),
      migrationsPerCluster: Number(values['balancing.migrationsPerCluster']),
    },
    powerSaving: {
      lowUtilizationPercent: Number(values['powerSaving.lowUtilizationPercent']),
      hostsInReserve: Number(values['powerSaving.hostsInReserve']),
      enableAutomaticHostPowerManagement: values['powerSaving.enableAutomaticHostPowerManagement'] === true,
    },
  };
}
