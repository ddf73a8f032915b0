import type { Named } from '../api/types';
import type { Values } from '../common/fields';

/** The VMs behind ids, by name; one that is not known keeps its id. */
export function namesOf(ids: readonly string[], vms: readonly Named[]): string {
  return ids.map((id) => vms.find((vm) => vm.id === id)?.name ?? id).join(', ');
}

/** The ids behind names; what is not known is sent as it is, so that the engine can say so. */
export function idsOf(names: string, vms: readonly Named[]): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => vms.find((vm) => vm.name.toLowerCase() === name.toLowerCase())?.id ?? name);
}

/** The part of the request body that says what becomes of a VM when its host or storage fails. */
export function restartRules(values: Values, vms: readonly Named[]) {
  return {
    enabled: values.enabled === true,
    priority: String(values.priority),
    restartAfter: idsOf(String(values.restartAfter ?? ''), vms),
    restartAfterLimitSeconds: Number(values.restartAfterLimitSeconds),
    onStorageReturn: String(values.onStorageReturn),
    leaseStorageDomainId: String(values.leaseStorageDomainId ?? ''),
  };
}
