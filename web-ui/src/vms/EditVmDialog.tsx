import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useList } from '../api/queries';
import type { Named, StorageDomain, Vm } from '../api/types';
import { words } from '../common/format';
import { FormDialog } from '../common/FormDialog';
import { namesOf, restartRules } from './restartRules';

interface Props {
  vm: Vm;
  onClose: () => void;
}

/** Waits for the names of the VMs that it may be restarted after, and of the domains that its lease may lie on. */
export function EditVmDialog({ vm, onClose }: Props) {
  const { data } = useList('vm', { clusterId: vm.clusterId, limit: 1000, sort: 'name' });
  const domains = useList('storage_domain', { limit: 1000, sort: 'name' });
  return data && domains.data ? (
    <EditVmForm vm={vm} others={data.items} domains={domains.data.items} onClose={onClose} />
  ) : null;
}

function EditVmForm({
  vm,
  others,
  domains,
  onClose,
}: Props & { others: readonly Named[]; domains: readonly StorageDomain[] }) {
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={`Edit ${vm.name}`}
      submit="Save"
      initial={{
        name: vm.name,
        description: vm.description ?? '',
        enabled: vm.highAvailability?.enabled ?? false,
        priority: vm.highAvailability?.priority ?? 'medium',
        restartAfter: namesOf(vm.highAvailability?.restartAfter ?? [], others),
        restartAfterLimitSeconds: String(vm.highAvailability?.restartAfterLimitSeconds ?? 600),
        onStorageReturn: vm.highAvailability?.onStorageReturn ?? 'auto_resume',
        leaseStorageDomainId: vm.highAvailability?.leaseStorageDomainId ?? '',
        migration: vm.migration ?? 'allowed',
      }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        { name: 'description', label: 'Description' },
        { name: 'enabled', label: 'Highly available', type: 'switch', help: 'Restarted elsewhere when its host fails' },
        {
          name: 'priority',
          label: 'Restart priority',
          type: 'select',
          options: ['low', 'medium', 'high'].map((value) => ({ value, label: words(value) })),
        },
        {
          name: 'restartAfter',
          label: 'Restart after',
          help: 'Names of VMs of this cluster that must be up first, with commas between',
          shown: (values) => values.enabled === true,
        },
        {
          name: 'restartAfterLimitSeconds',
          label: 'Wait for them at most',
          type: 'number',
          unit: 'seconds',
          min: 0,
          max: 86400,
          shown: (values) => values.enabled === true && values.restartAfter !== '',
        },
        {
          name: 'onStorageReturn',
          label: 'When a disk failed and is there again',
          type: 'select',
          options: [
            { value: 'auto_resume', label: 'Go on' },
            { value: 'leave_paused', label: 'Stay paused' },
            { value: 'kill', label: 'Force off, and restart if highly available' },
          ],
        },
        {
          name: 'leaseStorageDomainId',
          label: 'Lease on',
          type: 'select',
          help: 'With one it is restarted also where its silent host cannot be fenced; changes only while it is down',
          options: [
            { value: '', label: 'None' },
            ...domains
              .filter((domain) => domain.kind === 'shared_folder')
              .map((domain) => ({ value: domain.id, label: domain.name })),
          ],
          shown: (values) => values.enabled === true || values.leaseStorageDomainId !== '',
        },
        {
          name: 'migration',
          label: 'Migration',
          type: 'select',
          options: [
            { value: 'allowed', label: 'Allowed' },
            { value: 'manual_only', label: 'Only by hand' },
            { value: 'pinned', label: 'Pinned to its host' },
          ],
        },
      ]}
      onSubmit={async ({ name, description, migration, ...rules }) => {
        const change = { name, description, highAvailability: restartRules(rules, others), migration };
        const changed = await api.patch<Vm>(`/vms/${vm.id}`, change, vm.revision);
        queryClient.setQueryData(['vm', 'one', vm.id], changed);
      }}
      onClose={onClose}
    />
  );
}
