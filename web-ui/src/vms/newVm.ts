import type { Hardware, Template } from '../api/types';

export interface NewVmForm {
  name: string;
  clusterId: string;
  templateId: string;
  cpus: string;
  memoryMiB: string;
  networkIds: string[];
  clone: 'linked' | 'full';
  highlyAvailable: boolean;
  priority: 'low' | 'medium' | 'high';
  userData: string;
  start: boolean;
}

export const EMPTY_VM: NewVmForm = {
  name: '',
  clusterId: '',
  templateId: '',
  cpus: '1',
  memoryMiB: '1024',
  networkIds: [],
  clone: 'linked',
  highlyAvailable: false,
  priority: 'medium',
  userData: '',
  start: true,
};

const MIB = 1024 * 1024;

/** The template's hardware with the CPUs and the memory of the form. One core a socket unless the template's fit. */
export function hardwareOf(form: NewVmForm, template: Template | undefined): Hardware {
  const base = template?.hardware;
  const count = Math.max(1, Number(form.cpus) || 1);
  const memoryBytes = Math.round((Number(form.memoryMiB) || 0) * MIB);
  const same = base && base.sockets * base.coresPerSocket * base.threadsPerCore === count;
  return {
    firmware: 'bios',
    cpuMode: 'host_model',
    tpm: false,
    rng: true,
    graphics: true,
    guestAgent: true,
    ...base,
    sockets: same ? base.sockets : 1,
    coresPerSocket: same ? base.coresPerSocket : count,
    threadsPerCore: same ? base.threadsPerCore : 1,
    memoryBytes,
    guaranteedMemoryBytes: Math.min(base?.guaranteedMemoryBytes ?? memoryBytes, memoryBytes),
  } as Hardware;
}

/** The request body for POST /vms. */
export function newVm(form: NewVmForm, template: Template | undefined) {
  return {
    name: form.name.trim(),
    clusterId: form.clusterId,
    templateId: form.templateId,
    hardware: hardwareOf(form, template),
    nics: form.networkIds.map((networkId) => ({ networkId })),
    clone: form.clone,
    highAvailability: { enabled: form.highlyAvailable, priority: form.priority },
    start: form.start,
    ...(form.userData.trim() ? { cloudInit: { userData: form.userData } } : {}),
  };
}
