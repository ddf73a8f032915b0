import type { Host } from '../api/types';
import { words } from '../common/format';

export type HostActionKey =
  'maintenance' | 'activate' | 'upgrade' | 'fence-off' | 'fence-on' | 'fence-restart' | 'confirm-down' | 'remove';

interface Rule {
  label: string;
  states?: readonly string[];
  needsPowerManagement?: boolean;
  danger?: boolean;
  confirm?: string;
}

export const HOST_ACTIONS: Record<HostActionKey, Rule> = {
  maintenance: {
    label: 'Maintenance',
    states: ['up', 'non_operational', 'non_responsive', 'connecting', 'down'],
    confirm: 'Its VMs move to other hosts first, and none is placed here until it is activated.',
  },
  activate: { label: 'Activate', states: ['maintenance', 'preparing_for_maintenance', 'non_operational', 'down'] },
  upgrade: {
    label: 'Upgrade',
    states: ['maintenance'],
    confirm:
      'The host installs newer packages by its package manager, and stays in maintenance. All hosts of a cluster, one after the other: Rolling maintenance in the cluster’s tab Balancing.',
  },
  'fence-on': { label: 'Power on', needsPowerManagement: true },
  'fence-restart': {
    label: 'Power restart',
    needsPowerManagement: true,
    danger: true,
    confirm:
      'The machine loses power and starts again. VMs that run on it are lost and, if highly available, restarted.',
  },
  'fence-off': {
    label: 'Power off',
    needsPowerManagement: true,
    danger: true,
    confirm: 'The machine loses power at once. VMs that run on it are lost and, if highly available, restarted.',
  },
  'confirm-down': {
    label: 'Confirm host is down…',
    states: ['non_responsive', 'fencing', 'down', 'connecting', 'non_operational'],
    danger: true,
    confirm:
      'Only do this when you have seen that the machine is off. Its VMs are started elsewhere: were it still running, two copies would write to the same disks and destroy them.',
  },
  remove: {
    label: 'Remove',
    states: ['maintenance', 'down'],
    danger: true,
    confirm: 'The host leaves the cluster and its certificate is no longer accepted.',
  },
};

export function forbiddenOnHost(
  action: HostActionKey,
  host: Pick<Host, 'state' | 'powerManagement'>,
): string | undefined {
  const { states, needsPowerManagement } = HOST_ACTIONS[action];
  if (needsPowerManagement && !host.powerManagement?.enabled) return 'Power management of this host is not set up';
  if (!states || states.includes(host.state)) return undefined;
  const allowed = states.map((state) => words(state).toLowerCase());
  return `The host is ${words(host.state).toLowerCase()}; this needs it to be ${allowed.join(' or ')}`;
}
