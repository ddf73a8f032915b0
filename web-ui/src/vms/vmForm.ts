import type { Named, StorageDomain, Vm } from '../api/types';
import { choices, type Choice, type Field, type Values } from '../common/fields';
import { words } from '../common/format';
import { TRAVELS } from '../clusters/migrationForm';

const AVAILABILITY = 'Availability';
const SCHEDULING = 'Scheduling';
const enabled = (values: Values) => values.enabled === true;
const listOf = (value: Values[string] | undefined): string[] => (Array.isArray(value) ? value : []);

/** What the forms hold of what becomes of a VM when its host or storage fails, and of where it may run. */
export function ruleValues(vm: Vm | undefined): Values {
  const { highAvailability, hardware, hosts } = vm ?? {};
  return {
    enabled: highAvailability?.enabled ?? false,
    priority: highAvailability?.priority ?? 'medium',
    restartAfter: highAvailability?.restartAfter ?? [],
    restartAfterLimitSeconds: String(highAvailability?.restartAfterLimitSeconds ?? 600),
    onStorageReturn: highAvailability?.onStorageReturn ?? 'auto_resume',
    leaseStorageDomainId: highAvailability?.leaseStorageDomainId ?? '',
    migration: vm?.migration ?? 'allowed',
    travels: vm?.migrationPolicy?.policy ?? '',
    only: hosts?.only ?? [],
    preferred: hosts?.preferred ?? [],
    numaNodes: String(hardware?.numaNodes ?? 0),
    dedicatedCpus: hardware?.dedicatedCpus ?? false,
    hugepageBytes: String(hardware?.hugepageBytes ?? 0),
    quotaId: vm?.quotaId ?? '',
  };
}

export function availabilityFields(others: readonly Named[], domains: readonly StorageDomain[]): Field[] {
  return [
    {
      name: 'enabled',
      label: 'Highly available',
      type: 'switch',
      help: 'Restarted elsewhere when its host fails',
      section: AVAILABILITY,
    },
    {
      name: 'priority',
      label: 'Restart priority',
      type: 'select',
      options: ['low', 'medium', 'high'].map((value) => ({ value, label: words(value) })),
      help: 'Which VMs come back first after a host failed',
      section: AVAILABILITY,
      shown: enabled,
    },
    {
      name: 'restartAfter',
      label: 'Restart after',
      type: 'picks',
      options: choices(others),
      help: 'VMs that must be up first',
      section: AVAILABILITY,
      shown: enabled,
    },
    {
      name: 'restartAfterLimitSeconds',
      label: 'Wait for them at most',
      type: 'number',
      unit: 'seconds',
      min: 0,
      max: 86400,
      section: AVAILABILITY,
      shown: (values) => enabled(values) && listOf(values.restartAfter).length > 0,
    },
    {
      name: 'onStorageReturn',
      label: 'When a disk failed and is there again',
      type: 'select',
      section: AVAILABILITY,
      options: [
        { value: 'auto_resume', label: 'Go on' },
        { value: 'leave_paused', label: 'Stay paused' },
        { value: 'kill', label: 'Force off, and restart if highly available' },
      ],
    },
    {
      name: 'leaseStorageDomainId',
      label: 'Lease on',
      type: 'select',
      help: 'With one it is restarted also where its silent host cannot be fenced; changes only while it is down',
      section: AVAILABILITY,
      options: [{ value: '', label: 'None' }, ...choices(domains.filter((domain) => domain.kind === 'shared_folder'))],
      shown: (values) => enabled(values) || values.leaseStorageDomainId !== '',
    },
  ];
}

export function schedulingFields(hosts: Choice[], quotas: Choice[]): Field[] {
  return [
    {
      name: 'migration',
      label: 'Migration',
      type: 'select',
      section: SCHEDULING,
      options: [
        { value: 'allowed', label: 'Allowed' },
        { value: 'manual_only', label: 'Only by hand' },
        { value: 'pinned', label: 'Pinned to its host' },
      ],
    },
    {
      name: 'travels',
      label: 'If it writes faster than it is copied',
      type: 'select',
      section: SCHEDULING,
      options: [{ value: '', label: 'As its cluster says' }, ...TRAVELS],
      shown: (values) => values.migration !== 'pinned',
    },
    {
      name: 'numaNodes',
      label: 'NUMA nodes',
      type: 'number',
      min: 0,
      max: 8,
      section: SCHEDULING,
      help: '0 floats over its host',
    },
    { name: 'only', label: 'Run only on', type: 'picks', options: hosts, section: SCHEDULING, help: 'None: on any' },
    { name: 'preferred', label: 'Rather run on', type: 'picks', options: hosts, section: SCHEDULING },
    {
      name: 'dedicatedCpus',
      label: 'CPUs of its own',
      type: 'switch',
      section: SCHEDULING,
      help: 'That no other VM of Kvorum has',
    },
    {
      name: 'hugepageBytes',
      label: 'Huge pages',
      type: 'select',
      section: SCHEDULING,
      options: [
        { value: '0', label: 'None' },
        { value: String(2 ** 21), label: '2 MiB' },
        { value: String(2 ** 30), label: '1 GiB' },
      ],
      help: 'From the pools that hosts have set up',
    },
    {
      name: 'quotaId',
      label: 'Quota',
      type: 'select',
      options: [{ value: '', label: 'None' }, ...quotas],
      section: SCHEDULING,
      help: 'Whose share it uses while it runs',
      shown: (values) => quotas.length > 0 || values.quotaId !== '',
    },
  ];
}

/** The part of the request body that availability is. */
export function availabilityBody(values: Values) {
  return {
    enabled: values.enabled === true,
    priority: String(values.priority),
    restartAfter: listOf(values.restartAfter),
    restartAfterLimitSeconds: Number(values.restartAfterLimitSeconds),
    onStorageReturn: String(values.onStorageReturn),
    leaseStorageDomainId: String(values.leaseStorageDomainId ?? ''),
  };
}

/** How the VM sits on its host. */
export function tuningBody(values: Values) {
  return {
    numaNodes: Number(values.numaNodes),
    dedicatedCpus: values.dedicatedCpus === true,
    hugepageBytes: Number(values.hugepageBytes),
  };
}

export const wishesBody = (values: Values) => ({
  only: listOf(values.only),
  preferred: listOf(values.preferred),
});
