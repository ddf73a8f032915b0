import { describe, expect, it } from 'vitest';
import type { Template, Vm } from '../src/api/types';
import { shownOf } from '../src/common/fields';
import { EMPTY_VM, newVm } from '../src/vms/newVm';
import { growthWords, sizeBody, sizeFields, sizeValues } from '../src/vms/sizeForm';

const GIB = 2 ** 30;
const growth = { maxSockets: 4, maxMemoryBytes: 8 * GIB };
const size = { sockets: 1, memoryBytes: 2 * GIB, guaranteedMemoryBytes: 2 * GIB };
const hardware = { ...size, coresPerSocket: 2, threadsPerCore: 1, growth };
const vm = (state: string, more = {}) => ({ state, hardware: { ...hardware, ...more } }) as unknown as Vm;
const shown = (one: Vm) => shownOf(sizeFields(one), sizeValues(one)).map((field) => field.name);

describe('the size of a VM', () => {
  it('goes through its form unchanged', () => {
    const down = vm('down');
    expect(sizeBody(sizeValues(down), down)).toEqual({ ...size, growth });
    const fixed = vm('down', { growth: null });
    expect(sizeBody(sizeValues(fixed), fixed).growth).toEqual({ maxSockets: 0, maxMemoryBytes: 0 });
  });

  it('can be raised while it runs where there is room, and the room itself changes only while it is down', () => {
    const sizes = ['sockets', 'memoryBytes', 'guaranteedMemoryBytes'];
    expect(shown(vm('down'))).toEqual([...sizes, 'maxSockets', 'maxMemoryBytes']);
    expect(shown(vm('up'))).toEqual(sizes);
    expect(shown(vm('up', { growth: null }))).toEqual([]);
    expect(shown(vm('paused'))).toEqual([]);

    const up = vm('up');
    const raised = { ...sizeValues(up), sockets: '2', memoryBytes: '4096' };
    expect(sizeBody(raised, up)).toEqual({
      sockets: 2,
      memoryBytes: 4 * GIB,
      guaranteedMemoryBytes: 4 * GIB,
    });
    const fixed = vm('up', { growth: null });
    expect(sizeBody(sizeValues(fixed), fixed)).toEqual({});
    const [sockets, memory] = sizeFields(up);
    expect([sockets?.min, sockets?.max, memory?.min]).toEqual([1, 4, 2048]);
  });

  it('is guaranteed all of its memory unless less is named', () => {
    const down = vm('down', { guaranteedMemoryBytes: GIB });
    const values = sizeValues(down);
    expect(values.guaranteedMemoryBytes).toBe('1024');
    expect(sizeBody(values, down)).toMatchObject({ guaranteedMemoryBytes: GIB });
    expect(sizeBody({ ...values, guaranteedMemoryBytes: '' }, down)).toMatchObject({ guaranteedMemoryBytes: 2 * GIB });
  });

  it("is its instance type's where it names one", () => {
    const down = vm('down');
    const typed = { ...sizeValues(down), instanceTypeId: 'small' };
    expect(shownOf(sizeFields(down), typed)).toEqual([]);
    expect(sizeBody(typed, down)).toEqual({ growth: { maxSockets: 0, maxMemoryBytes: 0 } });
  });

  it('is told with what it can grow to', () => {
    expect(growthWords(vm('up').hardware)).toBe('8 CPUs, 8 GiB');
    expect(growthWords(vm('up', { growth: { maxSockets: 0, maxMemoryBytes: 4 * GIB } }).hardware)).toBe('4 GiB');
    expect(growthWords(vm('up', { growth: null }).hardware)).toBe('–');
  });

  it('of a new VM has the room of its template unless another is asked for', () => {
    const template = { id: 't', hardware } as unknown as Template;
    expect(newVm(EMPTY_VM, template).hardware).toMatchObject({ growth });
    const rules = { ...EMPTY_VM.rules, maxMemoryBytes: '4096' };
    const asked = newVm({ ...EMPTY_VM, rules }, template).hardware;
    expect(asked).toMatchObject({ growth: { maxSockets: 0, maxMemoryBytes: 4 * GIB } });
  });
});
