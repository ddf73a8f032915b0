import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Vm } from '../api/types';
import { ActionButton, ActionMenu, type Action } from '../common/ActionButton';
import { ConfirmDialog } from '../common/ConfirmDialog';
import { openConsole } from '../console/openConsole';
import { useWork } from '../operations/useWork';
import { TemplateFromVmDialog } from '../templates/TemplateFromVmDialog';
import { MigrateDialog } from './MigrateDialog';
import { forbidden, VM_ACTIONS, type VmActionKey } from './vmActions';

const MENU: VmActionKey[] = ['reboot', 'reset', 'force-off', 'pause', 'resume', 'suspend', 'template', 'delete'];
const FRONT: VmActionKey[] = ['start', 'shutdown', 'migrate', 'console'];

/** What can be done with a VM: as a bar of buttons on its page, as one menu in a table. */
export function VmActions({ vm, compact = false }: { vm: Vm; compact?: boolean }) {
  const [dialog, setDialog] = useState<VmActionKey>();
  const work = useWork();
  const navigate = useNavigate();

  const perform = async (key: VmActionKey) => {
    const what = `${VM_ACTIONS[key].label} of ${vm.name}`;
    if (key === 'delete') {
      const done = await work(what, `/vms/${vm.id}`, undefined, 'delete');
      if (done && !compact) void navigate('/vms');
    } else {
      await work(what, `/vms/${vm.id}/${key}`, key === 'start' ? {} : undefined);
    }
  };
  const run = (key: VmActionKey) => {
    if (key === 'console') openConsole(vm.id);
    else if (key === 'migrate' || key === 'template' || VM_ACTIONS[key].confirm) setDialog(key);
    else void perform(key);
  };
  const action = (key: VmActionKey): Action => ({
    key,
    label: VM_ACTIONS[key].label,
    danger: VM_ACTIONS[key].danger,
    forbidden: forbidden(key, vm),
    run: () => run(key),
  });
  const close = () => setDialog(undefined);

  return (
    <>
      {!compact && FRONT.map((key) => <ActionButton key={key} action={action(key)} />)}
      <ActionMenu
        label={`Actions for ${vm.name}`}
        text={compact ? undefined : 'More'}
        actions={(compact ? [...FRONT, ...MENU] : MENU).map(action)}
      />
      {dialog === 'migrate' && <MigrateDialog vm={vm} onClose={close} />}
      {dialog === 'template' && <TemplateFromVmDialog vm={vm} onClose={close} />}
      {dialog && VM_ACTIONS[dialog].confirm && (
        <ConfirmDialog
          title={`${VM_ACTIONS[dialog].label} ${vm.name}?`}
          confirm={VM_ACTIONS[dialog].label}
          onConfirm={() => perform(dialog)}
          onClose={close}
        >
          {VM_ACTIONS[dialog].confirm}
        </ConfirmDialog>
      )}
    </>
  );
}
