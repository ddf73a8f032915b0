import { describe, expect, it } from 'vitest';
import { apiUrl } from '../src/api/client';
import type { InstanceType, Room, Template } from '../src/api/types';
import { RoomReport } from '../src/clusters/RoomPanel';
import {
  instanceTypeBody,
  instanceTypeFields,
  instanceTypeValues,
  typeChoices,
} from '../src/instanceTypes/instanceTypeForm';
import { staleKeys } from '../src/live/invalidation';
import { EMPTY_VM, newVm, newVms, placementQuery, sizeOf } from '../src/vms/newVm';
import { render } from './fixtures';

const MIB = 2 ** 20;
const type = {
  id: 't',
  name: 'small',
  description: 'For tests',
  sockets: 2,
  coresPerSocket: 1,
  threadsPerCore: 2,
  memoryBytes: 4096 * MIB,
  guaranteedMemoryBytes: 1024 * MIB,
  vmCount: 3,
} as unknown as InstanceType;
const template = {
  hardware: { sockets: 1, coresPerSocket: 2, threadsPerCore: 1, memoryBytes: 512 * MIB, tpm: true },
} as unknown as Template;

describe('an instance type', () => {
  it('is made with its sizes, and keeps them', () => {
    const values = instanceTypeValues(type);
    expect(instanceTypeBody(values, true)).toEqual({
      name: 'small',
      description: 'For tests',
      sockets: 2,
      coresPerSocket: 1,
      threadsPerCore: 2,
      memoryBytes: 4096 * MIB,
      guaranteedMemoryBytes: 1024 * MIB,
    });
    expect(instanceTypeBody(values, false)).toEqual({ name: 'small', description: 'For tests' });
    const fixed = (isNew: boolean) =>
      instanceTypeFields(isNew)
        .filter((field) => field.fixed)
        .map((field) => field.name);
    expect(fixed(true)).toEqual([]);
    expect(fixed(false)).toEqual([
      'sockets',
      'coresPerSocket',
      'threadsPerCore',
      'memoryBytes',
      'guaranteedMemoryBytes',
    ]);
  });

  it('guarantees all of its memory where nothing is said', () => {
    expect(instanceTypeBody({ ...instanceTypeValues(undefined), name: 'a' }, true)).not.toHaveProperty(
      'guaranteedMemoryBytes',
    );
  });

  it('is offered with its size', () => {
    expect(typeChoices([type], 'None')).toEqual([
      { value: '', label: 'None' },
      { value: 't', label: 'small (4 CPUs, 4 GiB)' },
    ]);
  });

  it('shows another number of VMs when VMs change', () => {
    expect(staleKeys([{ kind: 'vm', id: 'a' }])).toContainEqual(['instance_type', 'list']);
  });
});

describe('a new VM of an instance type', () => {
  const form = { ...EMPTY_VM, name: 'web', clusterId: 'c', templateId: 'x', instanceTypeId: 't', ...sizeOf(type) };

  it('shows the size of the type, and leaves it to the engine', () => {
    expect(form).toMatchObject({ cpus: '4', memoryMiB: '4096' });
    const body = newVm(form, template);
    expect(body).toMatchObject({ instanceTypeId: 't', hardware: { tpm: true, numaNodes: 0 } });
    for (const size of ['sockets', 'coresPerSocket', 'threadsPerCore', 'memoryBytes', 'guaranteedMemoryBytes'])
      expect(body.hardware).not.toHaveProperty(size);
    expect(newVms({ ...form, count: '2' }, template).vms.map((vm) => vm.instanceTypeId)).toEqual(['t', 't']);
  });

  it('is asked about by its type', () => {
    const url = apiUrl('/clusters/c/placement', placementQuery(form));
    expect(url).toContain('instanceTypeId=t');
    expect(url).not.toContain('cpus=');
    expect(url).not.toContain('memoryBytes=');
  });

  it('has the sizes of the form without one', () => {
    const body = newVm({ ...form, instanceTypeId: '' }, template);
    expect(body).not.toHaveProperty('instanceTypeId');
    expect(body.hardware).toMatchObject({ coresPerSocket: 4, memoryBytes: 4096 * MIB });
  });
});

describe('the room of a cluster', () => {
  const host = (hostName: string, more: number) => ({ hostId: hostName, hostName, more });
  const off = { admission: { mode: 'off' } } as never;
  const room = {
    more: 5,
    atLeast: false,
    hosts: [host('a', 2), host('b', 3)],
    refusals: [
      { filter: 'HostUp', hosts: 1, example: 'c: It is down.' },
      { filter: 'Memory', hosts: 2, example: 'a: It needs 4096 MiB, 12 MiB are free.' },
    ],
  } as unknown as Room;

  it('is told by host, and why there is no more', () => {
    const html = render(<RoomReport room={room} cluster={off} />);
    expect(html).toContain('5 more VMs');
    expect(html).not.toContain('At least');
    expect(html.indexOf('<dt>b</dt><dd>3</dd>')).toBeLessThan(html.indexOf('<dt>a</dt><dd>2</dd>'));
    expect(html).toContain('<dt>Host is up</dt><dd>refuses 1 host, such as c: It is down.</dd>');
    expect(html).toContain('refuses 2 hosts, such as a: It needs 4096 MiB, 12 MiB are free.');
    expect(html).not.toContain('kept for failures');
  });

  it('says where the search ended, and what it does not count', () => {
    const hosts = Array.from({ length: 20 }, (_, index) => host(`h${index}`, 500));
    const much = { more: 10_000, atLeast: true, hosts, refusals: [] } as unknown as Room;
    const html = render(<RoomReport room={much} cluster={{ admission: { mode: 'enforce' } } as never} />);
    expect(html).toContain('At least 10,000 more VMs');
    expect(html).toContain('<dt>and 8 other hosts</dt><dd>4000</dd>');
    expect(html).toContain('kept for failures');
    expect(html).not.toContain('fit nowhere');
  });

  it('is none without hosts', () => {
    const none = { more: 0, atLeast: false, hosts: [], refusals: [] } as unknown as Room;
    expect(render(<RoomReport room={none} cluster={off} />)).toContain('The cluster has no hosts.');
  });
});
