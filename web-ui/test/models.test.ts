import { describe, expect, it } from 'vitest';
import type { Operation, Statistics, Template } from '../src/api/types';
import { chartGroups, scaleOf } from '../src/charts/chartGroups';
import { safeNext } from '../src/login/LoginPage';
import { follow, takeFailures } from '../src/operations/followed';
import { treeRows, type Known } from '../src/shell/treeModel';
import { EMPTY_VM, newVm, newVms } from '../src/vms/newVm';

const vm = (name: string, hostId = '') => ({ id: name, name, state: 'up', clusterId: 'c', hostId });
const host = { id: 'h', name: 'node-1', state: 'up', clusterId: 'c', vmCount: 2 };
const cluster = { id: 'c', name: 'prod', hostCount: 1, vmCount: 3 };
const inventory = (hostCount = 1): Known => ({
  tree: { dataCenters: [{ id: 'dc', name: 'site', clusters: [{ ...cluster, hostCount }] }] },
  clusters: new Map([['c', { id: 'c', hosts: [host], vms: [vm('idle')] }]]),
  hosts: new Map([['h', { id: 'h', vms: [vm('db', 'h'), vm('web', 'h')] }]]),
  matches: null,
});
const names = (known: Known, toggled: string[] = [], wanted = '') =>
  treeRows(known, new Set(toggled), wanted).map((row) => row.name);

describe('the inventory tree', () => {
  it('opens down to the hosts and leaves their VMs folded', () => {
    expect(names(inventory())).toEqual(['site', 'prod', 'node-1', 'idle']);
    expect(names(inventory(), ['host:h'])).toEqual(['site', 'prod', 'node-1', 'db', 'web', 'idle']);
    expect(names(inventory(), ['cluster:c'])).toEqual(['site', 'prod']);
  });

  it('leaves the clusters of a large inventory folded', () => {
    expect(names(inventory(10_000))).toEqual(['site', 'prod']);
    expect(names(inventory(10_000), ['cluster:c'])).toEqual(['site', 'prod', 'node-1', 'idle']);
  });

  it('shows a branch that is not loaded yet as one that can be opened', () => {
    const rows = treeRows({ ...inventory(), clusters: new Map() }, new Set());
    expect(rows.map((row) => [row.name, row.expandable])).toEqual([
      ['site', true],
      ['prod', true],
    ]);
  });

  it('shows what a search found and the way to it, and clusters of that name', () => {
    const found = { ...inventory(10_000), matches: { hosts: [host], vms: [vm('web', 'h')], complete: true } };
    expect(names(found, [], 'WEB')).toEqual(['site', 'prod', 'node-1', 'web']);
    const nothing = { ...inventory(), matches: { hosts: [], vms: [], complete: true } };
    expect(names(nothing, [], 'nothing')).toEqual([]);
    expect(names(nothing, [], 'pro')).toEqual(['site', 'prod']);
  });
});

describe('models behind the pages', () => {
  it('asks for a VM with the hardware of the template and the wishes of the form', () => {
    const hardware = {
      sockets: 2,
      coresPerSocket: 2,
      threadsPerCore: 1,
      memoryBytes: 2 ** 31,
      guaranteedMemoryBytes: 2 ** 31,
      firmware: 'uefi',
    };
    const template = { hardware } as unknown as Template;
    const form = { ...EMPTY_VM, name: ' a ', cpus: '4', memoryMiB: '1024', networkIds: ['n'] };
    const body = newVm(form, template);
    expect(body).toMatchObject({ name: 'a', nics: [{ networkId: 'n' }], clone: 'linked', start: true });
    expect(body.hardware).toMatchObject({
      sockets: 2,
      coresPerSocket: 2,
      firmware: 'uefi',
      memoryBytes: 2 ** 30,
      guaranteedMemoryBytes: 2 ** 30,
    });
    expect(newVm({ ...form, memoryMiB: '4096' }, template).hardware.guaranteedMemoryBytes).toBe(2 ** 32);
    expect(newVm({ ...form, cpus: '3' }, template).hardware).toMatchObject({ sockets: 1, coresPerSocket: 3 });
    expect(body).not.toHaveProperty('cloudInit');
  });

  it('numbers the VMs of a batch where the name says, or at its end', () => {
    const names = (name: string, count: string) =>
      newVms({ ...EMPTY_VM, name, count }, undefined).vms.map((vm) => vm.name);
    expect(names('web-##', '3')).toEqual(['web-01', 'web-02', 'web-03']);
    expect(names('#-db', '2')).toEqual(['1-db', '2-db']);
    expect(names('web', '2')).toEqual(['web-1', 'web-2']);
  });

  it('tells a failure of followed work once, and of others never', () => {
    const operation = (id: string, state: string) => ({ id, state }) as Operation;
    follow('mine');
    expect(takeFailures([operation('mine', 'running'), operation('other', 'failed')])).toEqual([]);
    expect(takeFailures([operation('mine', 'failed')])).toHaveLength(1);
    expect(takeFailures([operation('mine', 'failed')])).toEqual([]);
  });

  it('puts read and written into one chart and leaves out empty ones', () => {
    const series = [
      { name: 'disk_read', unit: 'bytes_per_second', points: [[1, 3 * 2 ** 20]] },
      { name: 'disk_write', unit: 'bytes_per_second', points: [[1, 1]] },
      { name: 'cpu', unit: 'ratio', points: [] },
    ];
    const groups = chartGroups({ intervalSeconds: 5, series } as unknown as Statistics);
    expect(groups.map((group) => [group.title, group.series.length])).toEqual([['Disk', 2]]);
    expect(groups[0] && scaleOf(groups[0])).toEqual({ interval: 2 ** 20, max: 3 * 2 ** 20 });
    const told = [{ name: 'efficiency', unit: 'ratio', points: [[1, 0.75]] }];
    const [efficiency] = chartGroups({ intervalSeconds: 5, series: told } as unknown as Statistics);
    expect(efficiency && [efficiency.unit, scaleOf(efficiency).max]).toEqual(['ratio', 1]);
  });

  it('goes back only to pages of its own after the login', () => {
    expect(['/vms/1', null, '//evil.example', 'https://evil.example', '/login'].map(safeNext)).toEqual([
      '/vms/1',
      '/',
      '/',
      '/',
      '/',
    ]);
  });
});
