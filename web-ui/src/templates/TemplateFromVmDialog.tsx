import { api } from '../api/client';
import { useOne } from '../api/queries';
import type { Operation, Vm } from '../api/types';
import { FormDialog } from '../common/FormDialog';
import { accepted } from '../operations/useWork';

export function TemplateFromVmDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
  const { data: cluster } = useOne('cluster', vm.clusterId);
  return (
    <FormDialog
      title={`Make template of ${vm.name}`}
      description="Its disks are copied; the VM stays as it is."
      submit="Make template"
      initial={{ name: `${vm.name}-template` }}
      fields={[{ name: 'name', label: 'Name', required: true }]}
      onSubmit={async ({ name }) =>
        accepted(
          await api.post<Operation>('/templates', {
            name,
            vmId: vm.id,
            dataCenterId: cluster?.dataCenterId,
            hardware: vm.hardware,
          }),
        )
      }
      onClose={onClose}
    />
  );
}
