import { describe, expect, it } from 'vitest';
import { forbidden, VM_ACTIONS, type VmActionKey } from '../src/vms/vmActions';
import { forbiddenOnHost, HOST_ACTIONS, type HostActionKey } from '../src/hosts/hostActions';
import { parseOptions } from '../src/hosts/powerForm';
import type { Host, Vm } from '../src/api/types';

const vmActionsIn = (state: string) =>
  (Object.keys(VM_ACTIONS) as VmActionKey[]).filter((action) => !forbidden(action, { state } as Vm));

const host = (state: string, enabled = false) =>
  ({ state, powerManagement: { enabled, agents: [] } }) as unknown as Host;
const hostActionsIn = (state: string, enabled = false) =>
  (Object.keys(HOST_ACTIONS) as HostActionKey[]).filter((action) => !forbiddenOnHost(action, host(state, enabled)));

describe('actions by state', () => {
  it.each([
    ['down', ['start', 'template', 'delete']],
    ['up', ['shutdown', 'reboot', 'reset', 'force-off', 'pause', 'suspend', 'migrate', 'console']],
    ['paused', ['reset', 'force-off', 'resume', 'console']],
    ['suspended', ['start', 'force-off', 'resume']],
    ['migrating', ['console']],
    ['provisioning', []],
    ['deleting', []],
    ['unknown', []],
    ['a state of a later version', []],
  ])('offers for a VM that is %s: %j', (state, actions) => {
    expect(vmActionsIn(state)).toEqual(actions);
  });

  it('says why an action is not possible', () => {
    expect(forbidden('migrate', { state: 'down' })).toBe('The VM is down; this needs it to be up');
    expect(forbidden('start', { state: 'shutting_down' })).toBe(
      'The VM is shutting down; this needs it to be down or suspended',
    );
    expect(forbidden('migrate', { state: 'up', migration: 'pinned' })).toBe('This VM is pinned to its host');
  });

  it('asks before it takes power or data away', () => {
    const asked = (Object.keys(VM_ACTIONS) as VmActionKey[]).filter((action) => VM_ACTIONS[action].confirm);
    expect(asked).toEqual(['reset', 'force-off', 'delete']);
  });

  it.each([
    ['up', ['maintenance']],
    ['maintenance', ['activate', 'upgrade', 'remove']],
    ['non_responsive', ['maintenance', 'confirm-down']],
  ])('offers for a host without power management that is %s: %j', (state, actions) => {
    expect(hostActionsIn(state)).toEqual(actions);
  });

  it('offers power actions only where power management is set up', () => {
    expect(hostActionsIn('up', true)).toEqual(['maintenance', 'fence-on', 'fence-restart', 'fence-off']);
  });

  it('reads fence agent options', () => {
    expect(parseOptions('lanplus=1, cipher = 3\nverbose')).toEqual({ lanplus: '1', cipher: '3', verbose: '' });
  });
});
