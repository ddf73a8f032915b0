import type { Hardware, Vm } from '../api/types';
import type { Field, Values } from '../common/fields';
import { bytes, cpus, NONE } from '../common/format';

const MIB = 2 ** 20;
const SECTION = 'Size';

const mebibytes = (value: number | undefined) => (value ? String(value / MIB) : '');
const inBytes = (value: Values[string] | undefined) => Math.round((Number(value) || 0) * MIB);
const orBlank = (value: number | undefined) => (value ? String(value) : '');

/** A VM that runs grows only where it was started with room for it; where it runs nowhere, all of its size may change. */
const runs = (vm: Vm) => vm.state !== 'down';
const resizable = (vm: Vm) => !runs(vm) || (vm.state === 'up' && Boolean(vm.hardware.growth));

export function sizeValues({ hardware }: Vm): Values {
  return {
    sockets: String(hardware.sockets),
    memoryBytes: mebibytes(hardware.memoryBytes),
    guaranteedMemoryBytes:
      hardware.guaranteedMemoryBytes < hardware.memoryBytes ? mebibytes(hardware.guaranteedMemoryBytes) : '',
    maxSockets: orBlank(hardware.growth?.maxSockets),
    maxMemoryBytes: mebibytes(hardware.growth?.maxMemoryBytes),
  };
}

export function sizeFields(vm: Vm): Field[] {
  const { sockets, coresPerSocket, threadsPerCore, memoryBytes, growth } = vm.hardware;
  const each = cpus({ coresPerSocket, threadsPerCore });
  const sized = (values: Values) => resizable(vm) && !values.instanceTypeId;
  const fields: Field[] = [
    {
      name: 'sockets',
      label: 'CPU sockets',
      type: 'number',
      min: runs(vm) ? sockets : 1,
      max: runs(vm) ? growth?.maxSockets || sockets : 512,
      help: runs(vm)
        ? 'More are plugged in while it runs; fewer need it to be down'
        : `Each has ${each} CPU${each === 1 ? '' : 's'}`,
      section: SECTION,
      shown: sized,
    },
    {
      name: 'memoryBytes',
      label: 'Memory',
      type: 'number',
      unit: 'MiB',
      min: runs(vm) ? memoryBytes / MIB : 32,
      help: runs(vm) ? 'More is plugged in while it runs, by 128 MiB; less needs it to be down' : undefined,
      section: SECTION,
      shown: sized,
    },
    { ...guaranteedField(), section: SECTION, shown: sized },
  ];
  const growing = growthFields().map((field) => ({
    ...field,
    section: SECTION,
    shown: (values: Values) => !runs(vm) && !values.instanceTypeId,
  }));
  return [...fields, ...growing];
}

/** What a VM always has of its memory. */
export function guaranteedField(): Field {
  return {
    name: 'guaranteedMemoryBytes',
    label: 'Guaranteed memory',
    type: 'number',
    unit: 'MiB',
    min: 0,
    help: 'Empty: all of it. What is over it, the host may take back while it runs short of memory',
  };
}

/** All of the memory where nothing is said, unless its template is guaranteed less than all. */
export function guaranteedOf(values: Values, memoryBytes: number, base?: Hardware): number {
  if (values.guaranteedMemoryBytes) return inBytes(values.guaranteedMemoryBytes);
  const some = base && base.guaranteedMemoryBytes < base.memoryBytes;
  return some ? Math.min(base.guaranteedMemoryBytes, memoryBytes) : memoryBytes;
}

/** How large a VM can become while it runs; only what is down can be given room for it. */
export function growthFields(): Field[] {
  return [
    {
      name: 'maxSockets',
      label: 'While it runs, CPU sockets can grow to',
      type: 'number',
      min: 0,
      max: 512,
      help: 'Empty: they do not grow',
    },
    {
      name: 'maxMemoryBytes',
      label: 'While it runs, memory can grow to',
      type: 'number',
      unit: 'MiB',
      min: 0,
      help: 'In steps of 128 MiB. Empty: it does not grow. Not with NUMA nodes, CPUs of its own or huge pages',
    },
  ];
}

function sizesOf(values: Values) {
  const memoryBytes = inBytes(values.memoryBytes);
  return {
    sockets: Number(values.sockets),
    memoryBytes,
    guaranteedMemoryBytes: guaranteedOf(values, memoryBytes),
  };
}

/** The part of the body's hardware that says how large it is where no instance type does, and can become. */
export function sizeBody(values: Values, vm: Vm) {
  return {
    ...(resizable(vm) && !values.instanceTypeId ? sizesOf(values) : {}),
    ...(runs(vm) ? {} : { growth: growthOf(values.instanceTypeId ? {} : values) }),
  };
}

const growthOf = (values: Values) => ({
  maxSockets: Number(values.maxSockets) || 0,
  maxMemoryBytes: inBytes(values.maxMemoryBytes),
});

/** The same of a new VM: where nothing is said, its template's goes. */
export function growthBody(values: Values) {
  return values.maxSockets || values.maxMemoryBytes ? { growth: growthOf(values) } : {};
}

/** Such as “8 CPUs, 4 GiB”. */
export function growthWords(hardware: Hardware): string {
  const { growth } = hardware;
  return (
    [
      growth?.maxSockets ? `${cpus({ ...hardware, sockets: growth.maxSockets })} CPUs` : '',
      growth?.maxMemoryBytes ? bytes(growth.maxMemoryBytes) : '',
    ]
      .filter(Boolean)
      .join(', ') || NONE
  );
}
