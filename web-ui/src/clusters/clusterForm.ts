import type { Cluster } from '../api/types';
import type { Field, Values } from '../common/fields';

const fences = (values: Values) => values.fencingEnabled === true;

/** What the forms hold of a cluster's fencing and admission policies. */
export function policyValues(cluster: Cluster | undefined): Values {
  const { fencing, admission } = cluster ?? {};
  return {
    fencingEnabled: fencing?.enabled ?? true,
    stopWhenSilentPercent: String(fencing?.stopWhenSilentPercent ?? 50),
    skipIfReachableThroughOthers: fencing?.skipIfReachableThroughOthers ?? true,
    startingGraceSeconds: String(fencing?.startingGraceSeconds ?? 180),
    switchOnAfterFence: fencing?.switchOnAfterFence ?? true,
    skipIfRenewingLease: fencing?.skipIfRenewingLease ?? true,
    mode: admission?.mode ?? 'warn',
    hostFailures: String(admission?.hostFailures ?? 1),
  };
}

export const POLICY_FIELDS: Field[] = [
  { name: 'fencingEnabled', label: 'Fence hosts that fall silent', type: 'switch' },
  {
    name: 'skipIfReachableThroughOthers',
    label: 'Leave a host alone that other hosts reach',
    type: 'switch',
    help: 'Then only the engine is cut off from it',
    shown: fences,
  },
  {
    name: 'skipIfRenewingLease',
    label: 'Leave a host alone that renews its leases on storage',
    type: 'switch',
    help: 'Looks there first if it runs VMs with leases, for some 25 seconds',
    shown: fences,
  },
  {
    name: 'stopWhenSilentPercent',
    label: 'Fence nobody while more are silent than',
    type: 'number',
    unit: '% of hosts',
    min: 1,
    max: 100,
    help: 'Then the network is more likely at fault than the hosts; 100 never stops',
    shown: fences,
  },
  {
    name: 'startingGraceSeconds',
    label: 'Give a host that was switched on',
    type: 'number',
    unit: 'seconds to start',
    min: 0,
    max: 3600,
    shown: fences,
  },
  { name: 'switchOnAfterFence', label: 'Switch a fenced host on again', type: 'switch', shown: fences },
  {
    name: 'mode',
    label: 'When VMs take the room that restarts need',
    type: 'select',
    options: [
      { value: 'off', label: 'Do nothing' },
      { value: 'warn', label: 'Warn' },
      { value: 'enforce', label: 'Refuse to start them' },
    ],
  },
  {
    name: 'hostFailures',
    label: 'Keep room for the failure of',
    type: 'number',
    unit: 'hosts at once',
    min: 1,
    max: 4,
    shown: (values) => values.mode !== 'off',
  },
];

/** The part of the request body that the policies are. */
export function policyBody(values: Values) {
  return {
    fencing: {
      enabled: values.fencingEnabled === true,
      stopWhenSilentPercent: Number(values.stopWhenSilentPercent),
      skipIfReachableThroughOthers: values.skipIfReachableThroughOthers === true,
      startingGraceSeconds: Number(values.startingGraceSeconds),
      switchOnAfterFence: values.switchOnAfterFence === true,
      skipIfRenewingLease: values.skipIfRenewingLease === true,
    },
    admission: { mode: String(values.mode), hostFailures: Number(values.hostFailures) },
  };
}
