import type { Vm } from '../api/types';
import { words } from '../common/format';

export type VmActionKey =
  | 'start'
  | 'shutdown'
  | 'reboot'
  | 'reset'
  | 'force-off'
  | 'pause'
  | 'resume'
  | 'suspend'
  | 'migrate'
  | 'console'
  | 'template'
  | 'delete';

interface Rule {
  label: string;
  states: readonly string[];
  danger?: boolean;
  /** What is lost; asked before it is done. */
  confirm?: string;
}

/** Which action makes sense in which state. The engine has the last word; this only spares people refusals. */
export const VM_ACTIONS: Record<VmActionKey, Rule> = {
  start: { label: 'Start', states: ['down', 'suspended'] },
  shutdown: { label: 'Shut down', states: ['up'] },
  reboot: { label: 'Reboot', states: ['up'] },
  reset: {
    label: 'Reset',
    states: ['up', 'paused', 'rebooting'],
    danger: true,
    confirm:
      'The VM restarts at once, as if its reset button were pressed. What the guest has not written to disk is lost.',
  },
  'force-off': {
    label: 'Force off',
    states: ['starting', 'up', 'paused', 'rebooting', 'shutting_down', 'suspended'],
    danger: true,
    confirm: 'The VM loses power at once. What the guest has not written to disk is lost.',
  },
  pause: { label: 'Pause', states: ['up'] },
  resume: { label: 'Resume', states: ['paused', 'suspended'] },
  suspend: { label: 'Suspend', states: ['up'] },
  migrate: { label: 'Migrate…', states: ['up'] },
  console: { label: 'Console', states: ['starting', 'up', 'paused', 'rebooting', 'shutting_down', 'migrating'] },
  template: { label: 'Make template…', states: ['down'] },
  delete: { label: 'Delete', states: ['down'], danger: true, confirm: 'The VM and its disks are deleted for good.' },
};

export type VmLike = Pick<Vm, 'state'> & Partial<Pick<Vm, 'migration'>>;

/** Why the action cannot be done now, or undefined when it can. */
export function forbidden(action: VmActionKey, vm: VmLike): string | undefined {
  const rule = VM_ACTIONS[action];
  if (action === 'migrate' && vm.migration === 'pinned') return 'This VM is pinned to its host';
  if (rule.states.includes(vm.state)) return undefined;
  const allowed = rule.states.map((state) => words(state).toLowerCase());
  return `The VM is ${words(vm.state).toLowerCase()}; this needs it to be ${oneOf(allowed)}`;
}

function oneOf(choices: string[]): string {
  return choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}
