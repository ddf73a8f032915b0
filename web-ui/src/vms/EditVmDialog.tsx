import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useList } from '../api/queries';
import type { Host, Named, StorageDomain, Vm } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { availabilityBody, availabilityFields, ruleValues, schedulingFields, tuningBody, wishesBody } from './vmForm';

interface Props {
  vm: Vm;
  onClose: () => void;
}

/** Waits for what it offers: the VMs that it may be restarted after, hosts, and domains that its lease may lie on. */
export function EditVmDialog({ vm, onClose }: Props) {
  const { data } = useList('vm', { clusterId: vm.clusterId, limit: 1000, sort: 'name' });
  const hosts = useList('host', { clusterId: vm.clusterId, limit: 1000, sort: 'name' });
  const domains = useList('storage_domain', { limit: 1000, sort: 'name' });
  return data && hosts.data && domains.data ? (
    <EditVmForm
      vm={vm}
      others={data.items.filter((other) => other.id !== vm.id)}
      hosts={hosts.data.items}
      domains={domains.data.items}
      onClose={onClose}
    />
  ) : null;
}

interface FormProps extends Props {
  others: readonly Named[];
  hosts: readonly Host[];
  domains: readonly StorageDomain[];
}

function EditVmForm({ vm, others, hosts, domains, onClose }: FormProps) {
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={`Edit ${vm.name}`}
      submit="Save"
      initial={{ name: vm.name, description: vm.description ?? '', ...ruleValues(vm) }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        { name: 'description', label: 'Description' },
        ...availabilityFields(others, domains),
        ...schedulingFields(choices(hosts)),
      ]}
      onSubmit={async (values) => {
        const changed = await api.patch<Vm>(
          `/vms/${vm.id}`,
          {
            name: values.name,
            description: values.description,
            highAvailability: availabilityBody(values),
            migration: values.migration,
            migrationPolicy: { policy: values.travels },
            hosts: wishesBody(values),
            hardware: tuningBody(values),
          },
          vm.revision,
        );
        queryClient.setQueryData(['vm', 'one', vm.id], changed);
      }}
      onClose={onClose}
    />
  );
}
