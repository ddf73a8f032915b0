import type { Cluster, ClusterSetting } from '../api/types';
import type { Choice, Field, Values } from '../common/fields';
import { settingBody, settingField, settingValues } from './clusterSettings';
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
export function schedulingValues(cluster: Cluster | undefined, settings: readonly ClusterSetting[]): Values {
  return {
    schedulingPolicy: cluster?.schedulingPolicy ?? 'evenly_distributed',
    'policySchedule.windows': scheduleText(cluster?.policySchedule?.windows),
    'policySchedule.timeZone': cluster?.policySchedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    customPolicyId: cluster?.customPolicyId ?? '',
    'balancing.mode': cluster?.balancing?.mode ?? 'automatic',
    'powerSaving.enableAutomaticHostPowerManagement': cluster?.powerSaving?.enableAutomaticHostPowerManagement ?? false,
    ...settingValues(cluster, settings),
  };
}

export function schedulingFields(custom: readonly Choice[], settings: readonly ClusterSetting[]): Field[] {
  const numbers = settings.map(fieldOf);
  const numbersIn = (section: string) => numbers.filter((field) => field.section === section);
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
    ...numbersIn(SECTION),
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
    ...numbersIn(BALANCING),
    ...numbersIn(POWER),
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

/** Steps of scales are chosen by what they mean. */
const LEVELS: Record<string, string[]> = {
  'balancing.aggressiveness': [
    'only relieve hosts that are over-utilized',
    'until the spread is below 20 %',
    'below 10 %',
    'below 4.8 %',
    'below 1.5 %',
  ],
};

/** Where a number stands in the form, and when. */
function fieldOf(setting: ClusterSetting): Field {
  const field = settingField(setting);
  const levels = LEVELS[setting.name];
  const options = levels?.map((meaning, index) => ({
    value: String(setting.minimum + index),
    label: `${setting.minimum + index}: ${meaning}`,
  }));
  if (options) Object.assign(field, { type: 'select', options });
  if (setting.name.startsWith('balancing.')) return { ...field, section: BALANCING, shown: balances };
  if (setting.name.startsWith('powerSaving.')) return { ...field, section: POWER, shown: savesPower };
  // The filter CPUOverloaded asks for these whether anything is moved later or not.
  const ofOverload = setting.name === 'highUtilizationPercent' || setting.name === 'cpuOverCommitDurationMinutes';
  return { ...field, section: ofOverload ? BALANCING : SECTION };
}

/** The part of the request body that scheduling and balancing are. */
export function schedulingBody(values: Values, settings: readonly ClusterSetting[]) {
  const { '': own, balancing, powerSaving } = settingBody(values, settings);
  return {
    schedulingPolicy: String(values.schedulingPolicy),
    policySchedule: {
      timeZone: String(values['policySchedule.timeZone']),
      windows: scheduleWindows(String(values['policySchedule.windows'] ?? '')),
    },
    customPolicyId: String(values.customPolicyId),
    ...own,
    balancing: { mode: String(values['balancing.mode']), ...balancing },
    powerSaving: {
      ...powerSaving,
      enableAutomaticHostPowerManagement: values['powerSaving.enableAutomaticHostPowerManagement'] === true,
    },
  };
}
