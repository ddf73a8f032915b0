import { Button, Checkbox, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../api/client';
import { fieldErrors, problemOf } from '../api/problem';
import { useAll } from '../api/queries';
import type { Operation, Problem, Template } from '../api/types';
import { cpus, words } from '../common/format';
import { choices, FieldInput, type Field, type Value } from '../common/fields';
import { unplaced } from '../common/FormDialog';
import { ProblemView } from '../common/ProblemAlert';
import { accepted } from '../operations/useWork';
import { EMPTY_VM, newVm, type NewVmForm } from './newVm';

/** Names under which the engine may complain about a field of this form. */
const ALIASES: Partial<Record<keyof NewVmForm, string[]>> = {
  cpus: ['cpus', 'sockets', 'coresPerSocket', 'hardware'],
  memoryMiB: ['memoryMiB', 'memoryBytes', 'guaranteedMemoryBytes'],
  networkIds: ['networkIds', 'nics', 'networkId'],
  userData: ['userData', 'cloudInit'],
  highlyAvailable: ['highlyAvailable', 'highAvailability'],
};

const PRIORITY: Field & { name: 'priority' } = {
  name: 'priority',
  label: 'Restart priority',
  type: 'select',
  options: ['low', 'medium', 'high'].map((value) => ({ value, label: words(value) })),
  help: 'Which VMs come back first after a host failed',
};

interface Props {
  clusterId?: string;
  templateId?: string;
  onClose: () => void;
}

export function CreateVmDialog({ clusterId = '', templateId = '', onClose }: Props) {
  const { data: clusters } = useAll('cluster');
  const { data: templates } = useAll('template');
  const { data: networks } = useAll('network');
  const [form, setForm] = useState<NewVmForm>({ ...EMPTY_VM, clusterId, templateId });
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();

  const template = templates?.items.find((item) => item.id === form.templateId);
  const cluster = clusters?.items.find((item) => item.id === form.clusterId);
  const inDataCenter = (item: { dataCenterId?: string | null }) =>
    !cluster || !item.dataCenterId || item.dataCenterId === cluster.dataCenterId;
  const offeredNetworks = networks?.items.filter(inDataCenter) ?? [];
  const offeredTemplates = templates?.items.filter(inDataCenter) ?? [];
  const set = (changed: Partial<NewVmForm>) => setForm((old) => ({ ...old, ...changed }));
  const chooseTemplate = (chosen: Template | undefined) =>
    chosen &&
    set({
      templateId: chosen.id,
      cpus: String(cpus(chosen.hardware)),
      memoryMiB: String(Math.round((chosen.hardware?.memoryBytes ?? 2 ** 30) / 2 ** 20)),
    });

  // The only choice there is need not be made by hand.
  useEffect(() => {
    if (!form.clusterId && clusters?.items[0]) set({ clusterId: clusters.items[0].id });
  }, [form.clusterId, clusters]);
  useEffect(() => {
    const wanted = templates?.items.find((item) => item.id === templateId) ?? offeredTemplates[0];
    if (wanted && (!form.templateId || !template)) chooseTemplate(wanted);
  }, [templates, cluster]);
  useEffect(() => {
    const first = offeredNetworks[0];
    if (first && form.networkIds.length === 0) set({ networkIds: [first.id] });
  }, [networks, cluster]);

  const found = fieldErrors(problem);
  const errorOf = (name: keyof NewVmForm) =>
    [name, ...(ALIASES[name] ?? [])].map((alias) => found[alias]).find(Boolean);
  const placed = [...Object.keys(form), ...Object.values(ALIASES).flat()].map((name) => ({ name }));
  const ready = form.name.trim() && form.clusterId && form.templateId;

  const create = async () => {
    if (!ready || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const operation = await api.post<Operation>('/vms', newVm(form, template));
      accepted(operation);
      void queryClient.invalidateQueries({ queryKey: ['operation', 'list'] });
      onClose();
      if (operation.subject?.id) void navigate(`/vms/${operation.subject.id}`);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  const input = (field: Field & { name: keyof NewVmForm }, onChange?: (value: Value) => void) => (
    <FieldInput
      field={field}
      value={form[field.name] as Value}
      error={errorOf(field.name)}
      onChange={onChange ?? ((value) => set({ [field.name]: value }))}
    />
  );

  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="create-vm-title" className="kv-dialog">
      <ModalHeader title="Create VM" labelId="create-vm-title" />
      <ModalBody>
        <Form
          id="create-vm"
          onSubmit={(event) => {
            event.preventDefault();
            void create();
          }}
        >
          {problem && <ProblemView problem={unplaced(problem, placed)} />}
          {input({ name: 'name', label: 'Name', required: true })}
          <div className="kv-columns">
            {input({
              name: 'clusterId',
              label: 'Cluster',
              type: 'select',
              required: true,
              options: choices(clusters?.items),
            })}
            {input(
              {
                name: 'templateId',
                label: 'Template',
                type: 'select',
                required: true,
                options: choices(offeredTemplates),
                help: offeredTemplates.length === 0 ? 'Make a template from an uploaded image first' : undefined,
              },
              (id) => chooseTemplate(templates?.items.find((item) => item.id === id)),
            )}
            {input({ name: 'cpus', label: 'CPUs', type: 'number', min: 1, max: 512 })}
            {input({ name: 'memoryMiB', label: 'Memory', type: 'number', min: 64, unit: 'MiB' })}
          </div>
          <FormGroup label="Networks" role="group" fieldId="networks">
            {offeredNetworks.length === 0 && <span className="kv-subtle">No network in this data center</span>}
            {offeredNetworks.map((network) => (
              <Checkbox
                key={network.id}
                id={`network-${network.id}`}
                label={network.name}
                isChecked={form.networkIds.includes(network.id)}
                onChange={(_event, checked) =>
                  set({
                    networkIds: checked
                      ? [...form.networkIds, network.id]
                      : form.networkIds.filter((id) => id !== network.id),
                  })
                }
              />
            ))}
            {errorOf('networkIds') && <span className="kv-field-error">{errorOf('networkIds')}</span>}
          </FormGroup>
          <div className="kv-columns">
            {input({
              name: 'clone',
              label: 'Disks',
              type: 'select',
              options: [
                { value: 'linked', label: 'Linked to the template (quick, small)' },
                { value: 'full', label: 'Full copy (independent)' },
              ],
            })}
            {input({ name: 'start', label: 'Start after creation', type: 'switch' })}
            {input({
              name: 'highlyAvailable',
              label: 'Highly available',
              type: 'switch',
              help: 'Restarted elsewhere when its host fails',
            })}
            {form.highlyAvailable && input(PRIORITY)}
          </div>
          {input({
            name: 'userData',
            label: 'cloud-init user data',
            type: 'textarea',
            help: 'Optional, for instance “#cloud-config” with users and keys',
          })}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="create-vm" isDisabled={!ready || busy} isLoading={busy}>
          Create
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
