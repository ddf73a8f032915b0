import type { Cluster } from '../api/types';
import type { Field, Values } from '../common/fields';

const FENCING = 'Fencing';
const ADMISSION = 'Room for failures';
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
    'admission.mode': admission?.mode ?? 'warn',
    hostFailures: String(admission?.hostFailures ?? 1),
  };
}

export const POLICY_FIELDS: Field[] = [
  { name: 'fencingEnabled', label: 'Fence hosts that fall silent', section: FENCING, type: 'switch' },
  {
    name: 'skipIfReachableThroughOthers',
    label: 'Leave a host alone that other hosts reach',
    section: FENCING,
    type: 'switch',
    help: 'Then only the engine is cut off from it',
    shown: fences,
  },
  {
    name: 'skipIfRenewingLease',
    label: 'Leave a host alone that renews its leases on storage',
    section: FENCING,
    type: 'switch',
    help: 'Looks there first if it runs VMs with leases, for some 25 seconds',
    shown: fences,
  },
  {
    name: 'stopWhenSilentPercent',
    label: 'Fence nobody while more are silent than',
    section: FENCING,
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
    section: FENCING,
    type: 'number',
    unit: 'seconds to start',
    min: 0,
    max: 3600,
    shown: fences,
  },
  {
    name: 'switchOnAfterFence',
    label: 'Switch a fenced host on again',
    section: FENCING,
    type: 'switch',
    shown: fences,
  },
  {
    name: 'admission.mode',
    label: 'When VMs take the room that restarts need',
    section: ADMISSION,
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
    section: ADMISSION,
    type: 'number',
    unit: 'hosts at once',
    min: 1,
    max: 4,
    shown: (values) => values['admission.mode'] !== 'off',
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
    admission: { mode: String(values['admission.mode']), hostFailures: Number(values.hostFailures) },
  };
}
