import type { Cluster } from '../api/types';
import type { Choice, Field, Values } from '../common/fields';

const SECTION = 'Live migration';
const postCopy = (values: Values) => values['migrationPolicy.policy'] === 'post_copy';

/** What is done about a VM that writes faster than its memory is copied. */
export const TRAVELS: Choice[] = [
  { value: 'minimal_downtime', label: 'Is slowed down, stops for half a second at most, or stays' },
  { value: 'post_copy', label: 'Goes on at the target before all of its memory is there' },
  { value: 'suspend_workload_if_needed', label: 'Is slowed down, and stops for five seconds if needed' },
  { value: 'very_large_vms', label: 'Very large VMs: several connections, longer stops' },
];

/** What the forms hold of how a cluster's VMs travel. */
export function migrationValues(cluster: Cluster | undefined): Values {
  const policy = cluster?.migrationPolicy;
  return {
    'migrationPolicy.policy': policy?.policy ?? 'minimal_downtime',
    'migrationPolicy.bandwidthMibPerSecond': String(policy?.bandwidthMibPerSecond ?? 0),
    'migrationPolicy.parallelConnections': String(policy?.parallelConnections ?? 0),
    'migrationPolicy.compressed': policy?.compressed ?? false,
    'migrationPolicy.encrypted': policy?.encrypted ?? true,
  };
}

export const MIGRATION_FIELDS: Field[] = [
  {
    name: 'migrationPolicy.policy',
    label: 'A VM that writes faster than it is copied',
    type: 'select',
    section: SECTION,
    options: TRAVELS,
    help: 'By post-copy every VM arrives, but one whose host or network fails meanwhile loses its memory',
  },
  {
    name: 'migrationPolicy.bandwidthMibPerSecond',
    label: 'A migration may use',
    type: 'number',
    unit: 'MiB/s',
    min: 0,
    max: 1048576,
    section: SECTION,
    help: '0 for no limit',
  },
  {
    name: 'migrationPolicy.parallelConnections',
    label: 'Copy over',
    type: 'number',
    unit: 'connections',
    min: 0,
    max: 16,
    section: SECTION,
    help: '0 for as many as suit the policy',
    shown: (values) => !postCopy(values),
  },
  {
    name: 'migrationPolicy.compressed',
    label: 'Send only what changed of pages that are sent again',
    type: 'switch',
    section: SECTION,
    help: 'Not over several connections',
  },
  { name: 'migrationPolicy.encrypted', label: 'Encrypt memory on the way', type: 'switch', section: SECTION },
];

/** The part of the request body that migration is. */
export function migrationBody(values: Values) {
  return {
    migrationPolicy: {
      policy: String(values['migrationPolicy.policy']),
      bandwidthMibPerSecond: Number(values['migrationPolicy.bandwidthMibPerSecond']),
      parallelConnections: postCopy(values) ? 0 : Number(values['migrationPolicy.parallelConnections']),
      compressed: values['migrationPolicy.compressed'] === true,
      encrypted: values['migrationPolicy.encrypted'] === true,
    },
  };
}
