import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useAll, useList, useOne } from '../api/queries';
import type { Host, InstanceType, Named, Operation, StorageDomain, Vm } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { typeChoices } from '../instanceTypes/instanceTypeForm';
import { accepted } from '../operations/useWork';
import { sizeBody, sizeFields, sizeValues } from './sizeForm';
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
  const { data: cluster } = useOne('cluster', vm.clusterId);
  const quotas = useAll('quota');
  const types = useAll('instance_type');
  return data && hosts.data && domains.data && cluster && quotas.data && types.data ? (
    <EditVmForm
      vm={vm}
      others={data.items.filter((other) => other.id !== vm.id)}
      hosts={hosts.data.items}
      domains={domains.data.items}
      quotas={quotas.data.items.filter((quota) => quota.dataCenterId === cluster.dataCenterId)}
      types={types.data.items}
      onClose={onClose}
    />
  ) : null;
}

interface FormProps extends Props {
  others: readonly Named[];
  hosts: readonly Host[];
  domains: readonly StorageDomain[];
  quotas: readonly Named[];
  types: readonly InstanceType[];
}

function EditVmForm({ vm, others, hosts, domains, quotas, types, onClose }: FormProps) {
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={`Edit ${vm.name}`}
      submit="Save"
      initial={{
        name: vm.name,
        description: vm.description ?? '',
        instanceTypeId: vm.instanceTypeId ?? '',
        ...sizeValues(vm),
        ...ruleValues(vm),
      }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        { name: 'description', label: 'Description' },
        {
          name: 'instanceTypeId',
          label: 'Instance type',
          type: 'select',
          options: typeChoices(types, 'None: a size of its own'),
          help: 'Another one is given while the VM is down',
          shown: (values) => types.length > 0 || values.instanceTypeId !== '',
        },
        ...sizeFields(vm),
        ...availabilityFields(others, domains),
        ...schedulingFields(choices(hosts), choices(quotas)),
      ]}
      onSubmit={async (values) => {
        const changed = await api.patch<Vm | Operation>(
          `/vms/${vm.id}`,
          {
            name: values.name,
            description: values.description,
            highAvailability: availabilityBody(values),
            migration: values.migration,
            migrationPolicy: { policy: values.travels },
            hosts: wishesBody(values),
            hardware: { ...tuningBody(values), ...sizeBody(values, vm) },
            quotaId: values.quotaId,
            instanceTypeId: values.instanceTypeId,
          },
          vm.revision,
        );
        // What takes longer, such as plugging in memory, is answered with its operation.
        if ('steps' in changed) accepted(changed);
        else queryClient.setQueryData(['vm', 'one', vm.id], changed);
      }}
      onClose={onClose}
    />
  );
}
