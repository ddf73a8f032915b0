import type { Hardware, Template } from '../api/types';
import type { Values } from '../common/fields';
import { cpus } from '../common/format';
import { growthBody, guaranteedOf } from './sizeForm';
import { availabilityBody, ruleValues, tuningBody, wishesBody } from './vmForm';

export interface NewVmForm {
  name: string;
  /** How many; more than one are made as a batch. */
  count: string;
  clusterId: string;
  templateId: string;
  /** Whose size the VM gets; empty for the CPUs and the memory of the form. */
  instanceTypeId: string;
  cpus: string;
  memoryMiB: string;
  networkIds: string[];
  clone: 'linked' | 'full';
  /** What the fields of availability and scheduling hold. */
  rules: Values;
  userData: string;
  start: boolean;
}

export const EMPTY_VM: NewVmForm = {
  name: '',
  count: '1',
  clusterId: '',
  templateId: '',
  instanceTypeId: '',
  cpus: '1',
  memoryMiB: '1024',
  networkIds: [],
  clone: 'linked',
  rules: ruleValues(undefined),
  userData: '',
  start: true,
};

const MIB = 1024 * 1024;

/** The size of a template's hardware, or of an instance type, as the form holds it. */
export function sizeOf(hardware: Partial<Hardware> | undefined): Pick<NewVmForm, 'cpus' | 'memoryMiB'> {
  return {
    cpus: String(cpus(hardware)),
    memoryMiB: String(Math.round((hardware?.memoryBytes ?? 1024 * MIB) / MIB)),
  };
}

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
    guaranteedMemoryBytes: guaranteedOf(form.rules, memoryBytes, base),
    ...tuningBody(form.rules),
    ...growthBody(form.rules),
  } as Hardware;
}

/** Without sizes where a type has them. */
function hardwareBody(form: NewVmForm, template: Template | undefined): Partial<Hardware> {
  const hardware = hardwareOf(form, template);
  if (!form.instanceTypeId) return hardware;
  const { sockets, coresPerSocket, threadsPerCore, memoryBytes, guaranteedMemoryBytes, growth, ...unsized } = hardware;
  return unsized;
}

/** The request body for POST /vms. */
export function newVm(form: NewVmForm, template: Template | undefined) {
  return {
    name: form.name.trim(),
    clusterId: form.clusterId,
    templateId: form.templateId,
    hardware: hardwareBody(form, template),
    nics: form.networkIds.map((networkId) => ({ networkId })),
    clone: form.clone,
    highAvailability: availabilityBody(form.rules),
    migration: String(form.rules.migration),
    hosts: wishesBody(form.rules),
    start: form.start,
    ...(form.instanceTypeId ? { instanceTypeId: form.instanceTypeId } : {}),
    ...(form.rules.quotaId ? { quotaId: String(form.rules.quotaId) } : {}),
    ...(form.rules.travels ? { migrationPolicy: { policy: String(form.rules.travels) } } : {}),
    ...(form.userData.trim() ? { cloudInit: { userData: form.userData } } : {}),
  };
}

export const MOST_AT_ONCE = 200;

/** `web-##` becomes web-01, web-02, …; without such a place the number goes to the end. */
export function numberedName(pattern: string, index: number): string {
  const place = /#+/.exec(pattern);
  const number = String(index + 1);
  return place ? pattern.replace(place[0], number.padStart(place[0].length, '0')) : `${pattern}-${number}`;
}

/** The request body for POST /vms/batch-create. */
export function newVms(form: NewVmForm, template: Template | undefined) {
  const one = newVm(form, template);
  const vms = Array.from({ length: Number(form.count) }, (_, index) => ({
    ...one,
    name: numberedName(one.name, index),
  }));
  return { vms };
}

/** The question "where would it go?" about the VM of the form, for GET /clusters/{id}/placement. */
export function placementQuery(form: NewVmForm): Record<string, string | string[]> {
  const { rules } = form;
  const wishes = wishesBody(rules);
  const tuning = tuningBody(rules);
  return {
    templateId: form.templateId,
    ...(form.instanceTypeId
      ? { instanceTypeId: form.instanceTypeId }
      : {
          cpus: String(Number(form.cpus) || 1),
          memoryBytes: String(Math.round((Number(form.memoryMiB) || 0) * MIB)),
        }),
    networkId: form.networkIds,
    highlyAvailable: String(rules.enabled === true),
    numaNodes: String(tuning.numaNodes),
    dedicatedCpus: String(tuning.dedicatedCpus),
    hugepageBytes: String(tuning.hugepageBytes),
    onlyHostId: wishes.only,
    preferredHostId: wishes.preferred,
  };
}
