import type { InstanceType } from '../api/types';
import type { Choice, Field, Values } from '../common/fields';
import { bytes, count, cpus } from '../common/format';

const MIB = 2 ** 20;
const mebibytes = (value: number) => String(value / MIB);

/** “small (2 CPUs, 4 GiB)”, for selects; the first choice is to have none. */
export function typeChoices(types: readonly InstanceType[], none: string): Choice[] {
  return [
    { value: '', label: none },
    ...types.map((type) => ({
      value: type.id,
      label: `${type.name} (${count(cpus(type), 'CPU')}, ${bytes(type.memoryBytes)})`,
    })),
  ];
}

export function instanceTypeValues(type: InstanceType | undefined): Values {
  return {
    name: type?.name ?? '',
    description: type?.description ?? '',
    sockets: String(type?.sockets ?? 1),
    coresPerSocket: String(type?.coresPerSocket ?? 1),
    threadsPerCore: String(type?.threadsPerCore ?? 1),
    memoryBytes: mebibytes(type?.memoryBytes ?? 1024 * MIB),
    guaranteedMemoryBytes: type ? mebibytes(type.guaranteedMemoryBytes) : '',
  };
}

export function instanceTypeFields(isNew: boolean): Field[] {
  const fixed = !isNew;
  return [
    { name: 'name', label: 'Name', required: true },
    { name: 'description', label: 'Description' },
    { name: 'sockets', label: 'Sockets', type: 'number', min: 1, max: 512, fixed },
    { name: 'coresPerSocket', label: 'Cores in each', type: 'number', min: 1, max: 512, fixed },
    { name: 'threadsPerCore', label: 'Threads of each core', type: 'number', min: 1, max: 8, fixed },
    { name: 'memoryBytes', label: 'Memory', type: 'number', unit: 'MiB', min: 32, fixed },
    {
      name: 'guaranteedMemoryBytes',
      label: 'Guaranteed memory',
      type: 'number',
      unit: 'MiB',
      min: 0,
      fixed,
      help: isNew
        ? 'The balloon leaves it to the guest; empty: all of the memory. Sizes never change once the type is made'
        : 'Sizes never change: make another type, and give VMs that',
    },
  ];
}

/** The request body; the sizes are only said of a new one. */
export function instanceTypeBody(values: Values, isNew: boolean) {
  const guaranteed = String(values.guaranteedMemoryBytes).trim();
  return {
    name: String(values.name).trim(),
    description: String(values.description),
    ...(isNew
      ? {
          sockets: Number(values.sockets),
          coresPerSocket: Number(values.coresPerSocket),
          threadsPerCore: Number(values.threadsPerCore),
          memoryBytes: Math.round(Number(values.memoryBytes) * MIB),
          ...(guaranteed === '' ? {} : { guaranteedMemoryBytes: Math.round(Number(guaranteed) * MIB) }),
        }
      : {}),
  };
}
