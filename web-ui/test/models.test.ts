import { describe, expect, it } from 'vitest';
import type { Host, Operation, Statistics, Template, Tree } from '../src/api/types';
import { chartGroups, scaleOf } from '../src/charts/chartGroups';
import { capacityOf, statesIn } from '../src/dashboard/capacity';
import { safeNext } from '../src/login/LoginPage';
import { follow, takeFailures } from '../src/operations/followed';
import { treeRows } from '../src/shell/treeModel';
import { EMPTY_VM, newVm } from '../src/vms/newVm';

const vm = (name: string) => ({ id: name, name, state: 'up' });
const tree: Tree = {
  dataCenters: [
    {
      id: 'dc',
      name: 'site',
      clusters: [
        {
          id: 'c',
          name: 'prod',
          hosts: [{ id: 'h', name: 'node-1', state: 'up', vms: [vm('web'), vm('db')] }],
          vms: [vm('idle')],
        },
      ],
    },
  ],
};
const names = (toggled: string[], filter = '') => treeRows(tree, new Set(toggled), filter).map((row) => row.name);

describe('the inventory tree', () => {
  it('opens down to the hosts and leaves their VMs folded', () => {
    expect(names([])).toEqual(['site', 'prod', 'node-1', 'idle']);
    expect(names(['host:h'])).toEqual(['site', 'prod', 'node-1', 'web', 'db', 'idle']);
    expect(names(['cluster:c'])).toEqual(['site', 'prod']);
  });

  it('shows what matches and the way to it', () => {
    expect(names([], 'WEB')).toEqual(['site', 'prod', 'node-1', 'web']);
    expect(names([], 'nothing')).toEqual([]);
  });

  it('draws five thousand VMs in a blink', () => {
    const vms = Array.from({ length: 5000 }, (_, index) => vm(`vm-${index}`));
    const large = { dataCenters: [{ id: 'd', name: 'd', clusters: [{ id: 'c', name: 'c', hosts: [], vms }] }] } as Tree;
    const started = performance.now();
    expect(treeRows(large, new Set(), 'vm-4').length).toBe(1113);
    expect(performance.now() - started).toBeLessThan(250);
  });
});

describe('models behind the pages', () => {
  it('weighs CPU usage by threads and counts only hosts that are up', () => {
    const host = (state: string, cpuThreads: number, cpuUsage: number) =>
      ({
        state,
        facts: { cpuThreads, memoryBytes: 100 },
        usage: { cpuUsage, memoryUsedBytes: 50, vmCount: 1 },
      }) as unknown as Host;
    const capacity = capacityOf([host('up', 30, 1), host('up', 10, 0), host('down', 100, 1)]);
    expect(capacity).toMatchObject({ up: 2, vms: 3, threads: 40, cpuUsage: 0.75, memoryRatio: 0.5 });
  });

  it('counts the states of every host and VM of the tree', () => {
    const { hosts, vms } = statesIn(tree);
    expect([...hosts, ...vms]).toEqual([
      ['up', 1],
      ['up', 3],
    ]);
  });

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
    expect(newVm({ ...form, cpus: '3' }, template).hardware).toMatchObject({ sockets: 1, coresPerSocket: 3 });
    expect(body).not.toHaveProperty('cloudInit');
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
