import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Host } from '../api/types';
import { ActionButton, ActionMenu, type Action } from '../common/ActionButton';
import { ConfirmDialog } from '../common/ConfirmDialog';
import { useWork } from '../operations/useWork';
import { forbiddenOnHost, HOST_ACTIONS, type HostActionKey } from './hostActions';

const FRONT: HostActionKey[] = ['maintenance', 'activate'];
const MENU: HostActionKey[] = ['upgrade', 'fence-on', 'fence-restart', 'fence-off', 'confirm-down', 'remove'];

export function HostActions({ host, compact = false }: { host: Host; compact?: boolean }) {
  const [asked, setAsked] = useState<HostActionKey>();
  const work = useWork();
  const navigate = useNavigate();

  const perform = async (key: HostActionKey) => {
    const what = `${HOST_ACTIONS[key].label} of ${host.name}`;
    const path = `/hosts/${host.id}`;
    switch (key) {
      case 'maintenance':
      case 'activate':
      case 'upgrade':
        return work(what, `${path}/${key}`);
      case 'fence-off':
      case 'fence-on':
      case 'fence-restart':
        return work(what, `${path}/fence`, { action: key.replace('fence-', '') });
      case 'confirm-down':
        return work(what, `${path}/confirm-down`, { hostName: host.name });
      case 'remove':
        if ((await work(what, path, undefined, 'delete')) && !compact) void navigate('/hosts');
        return undefined;
    }
  };
  const action = (key: HostActionKey): Action => ({
    key,
    label: HOST_ACTIONS[key].label,
    danger: HOST_ACTIONS[key].danger,
    forbidden: forbiddenOnHost(key, host),
    run: () => (HOST_ACTIONS[key].confirm ? setAsked(key) : void perform(key)),
  });

  return (
    <>
      {!compact && FRONT.map((key) => <ActionButton key={key} action={action(key)} />)}
      <ActionMenu
        label={`Actions for ${host.name}`}
        text={compact ? undefined : 'More'}
        actions={(compact ? [...FRONT, ...MENU] : MENU).map(action)}
      />
      {asked && (
        <ConfirmDialog
          title={
            asked === 'confirm-down'
              ? `Confirm that ${host.name} is down`
              : `${HOST_ACTIONS[asked].label}: ${host.name}?`
          }
          confirm={asked === 'confirm-down' ? 'It is down' : HOST_ACTIONS[asked].label}
          danger={HOST_ACTIONS[asked].danger ?? false}
          typed={asked === 'confirm-down' ? host.name : undefined}
          onConfirm={() => perform(asked)}
          onClose={() => setAsked(undefined)}
        >
          {HOST_ACTIONS[asked].confirm}
        </ConfirmDialog>
      )}
    </>
  );
}
