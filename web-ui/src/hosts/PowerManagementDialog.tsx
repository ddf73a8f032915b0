import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import type { Host } from '../api/types';
import { FormDialog } from '../common/FormDialog';
import type { Values } from '../common/fields';

/** `lanplus=1, cipher=3` ↔ options. */
export function parseOptions(text: string): Record<string, string> {
  const pairs = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part): [string, string] => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    });
  return Object.fromEntries(pairs);
}

function agentOf(values: Values) {
  return {
    type: values.type,
    address: String(values.address).trim(),
    ...(values.port ? { port: Number(values.port) } : {}),
    username: values.username,
    options: parseOptions(String(values.options)),
    ...(values.password ? { password: values.password } : {}),
  };
}

/** The first fence agent of a host is edited here; further ones stay as they are. */
export function PowerManagementDialog({ host, onClose }: { host: Host; onClose: () => void }) {
  const queryClient = useQueryClient();
  const [agent, ...others] = host.powerManagement?.agents ?? [];
  const shown = (values: Values) => values.enabled === true;
  return (
    <FormDialog
      title={`Power management of ${host.name}`}
      description="How Kvorum turns this machine off and on when it no longer answers."
      submit="Save"
      initial={{
        enabled: host.powerManagement?.enabled ?? false,
        type: agent?.type ?? 'ipmilan',
        address: agent?.address ?? '',
        port: agent?.port ? String(agent.port) : '',
        username: agent?.username ?? '',
        password: '',
        options: Object.entries(agent?.options ?? {})
          .map(([key, value]) => `${key}=${value}`)
          .join(', '),
      }}
      fields={[
        { name: 'enabled', label: 'Enabled', type: 'switch' },
        {
          name: 'type',
          label: 'Kind',
          type: 'select',
          shown,
          options: [
            { value: 'ipmilan', label: 'IPMI over LAN' },
            { value: 'redfish', label: 'Redfish' },
          ],
        },
        { name: 'address', label: 'Address', required: true, shown },
        { name: 'port', label: 'Port', type: 'number', shown, help: 'Empty: the usual port of its kind' },
        { name: 'username', label: 'User name', shown },
        {
          name: 'password',
          label: 'Password',
          type: 'password',
          shown,
          help: agent ? 'Leave empty to keep the stored one' : undefined,
        },
        { name: 'options', label: 'Options', shown, help: 'For instance: lanplus=1, cipher=3' },
      ]}
      onSubmit={async (values) => {
        const agents = values.enabled || values.address ? [agentOf(values), ...others] : [];
        const changed = await api.put<Host>(`/hosts/${host.id}/power-management`, { enabled: values.enabled, agents });
        queryClient.setQueryData(['host', 'one', host.id], changed);
      }}
      onClose={onClose}
    />
  );
}
