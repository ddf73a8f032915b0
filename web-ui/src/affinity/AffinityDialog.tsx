import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useList } from '../api/queries';
import type { AffinityGroup } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { groupBody, groupFields, groupValues } from './affinityForm';

interface Props {
  clusterId: string;
  group?: AffinityGroup;
  /** A VM that a new group begins with. */
  firstMember?: string;
  onClose: () => void;
}

export function AffinityDialog({ clusterId, group, firstMember, onClose }: Props) {
  const queryClient = useQueryClient();
  const { data: vms } = useList('vm', { clusterId, limit: 1000, sort: 'name' });
  const { data: hosts } = useList('host', { clusterId, limit: 1000, sort: 'name' });
  if (!vms || !hosts) return null;
  return (
    <FormDialog
      title={group ? `Edit ${group.name}` : 'Create affinity group'}
      submit={group ? 'Save' : 'Create'}
      initial={groupValues(group, firstMember)}
      fields={groupFields(choices(vms.items), choices(hosts.items))}
      onSubmit={async (values) => {
        const body = groupBody(values, group);
        if (group) await api.patch(`/affinity-groups/${group.id}`, body, group.revision);
        else await api.post('/affinity-groups', { ...body, clusterId });
        await queryClient.invalidateQueries({ queryKey: ['affinity_group', 'list'] });
      }}
      onClose={onClose}
    />
  );
}
