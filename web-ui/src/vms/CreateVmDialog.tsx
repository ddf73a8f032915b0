import {
  Button,
  Checkbox,
  ExpandableSection,
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../api/client';
import { fieldErrors, problemOf } from '../api/problem';
import { useAll, useList } from '../api/queries';
import type { InstanceType, Operation, Problem, Template } from '../api/types';
import { choices, FieldInput, Fields, type Field, type Value } from '../common/fields';
import { unplaced } from '../common/FormDialog';
import { ProblemView } from '../common/ProblemAlert';
import { typeChoices } from '../instanceTypes/instanceTypeForm';
import { accepted } from '../operations/useWork';
import { PlacementPreview } from '../scheduling/PlacementPreview';
import { EMPTY_VM, MOST_AT_ONCE, newVm, newVms, placementQuery, sizeOf, type NewVmForm } from './newVm';
import { growthFields, guaranteedField } from './sizeForm';
import { availabilityFields, ruleValues, schedulingFields } from './vmForm';

/** Names under which the engine may complain about a field of this form. */
const ALIASES: Partial<Record<keyof NewVmForm, string[]>> = {
  cpus: ['cpus', 'sockets', 'coresPerSocket', 'hardware'],
  memoryMiB: ['memoryMiB', 'memoryBytes', 'guaranteedMemoryBytes'],
  networkIds: ['networkIds', 'nics', 'networkId'],
  userData: ['userData', 'cloudInit'],
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
  const [tuning, setTuning] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();

  const template = templates?.items.find((item) => item.id === form.templateId);
  const cluster = clusters?.items.find((item) => item.id === form.clusterId);
  const inDataCenter = (item: { dataCenterId?: string | null }) =>
    !cluster || !item.dataCenterId || item.dataCenterId === cluster.dataCenterId;
  const offeredNetworks = networks?.items.filter(inDataCenter) ?? [];
  const offeredTemplates = templates?.items.filter(inDataCenter) ?? [];
  const inCluster = { clusterId: form.clusterId, limit: 1000, sort: 'name' };
  const { data: others } = useList('vm', inCluster, Boolean(form.clusterId));
  const { data: hosts } = useList('host', inCluster, Boolean(form.clusterId));
  const { data: domains } = useAll('storage_domain');
  const availability = availabilityFields(others?.items ?? [], domains?.items.filter(inDataCenter) ?? []);
  const { data: quotas } = useAll('quota');
  const { data: types } = useAll('instance_type');
  const scheduling = [
    ...schedulingFields(choices(hosts?.items), choices(quotas?.items.filter(inDataCenter))),
    ...(form.instanceTypeId ? [] : [guaranteedField(), ...growthFields()]),
  ];
  const set = (changed: Partial<NewVmForm>) => setForm((old) => ({ ...old, ...changed }));
  const setRule = (name: string, value: Value) =>
    setForm((old) => ({ ...old, rules: { ...old.rules, [name]: value } }));
  const chooseTemplate = (chosen: Template | undefined) =>
    chosen &&
    setForm((old) => ({ ...old, templateId: chosen.id, ...(old.instanceTypeId ? {} : sizeOf(chosen.hardware)) }));
  const chooseType = (chosen: InstanceType | undefined) =>
    set({ instanceTypeId: chosen?.id ?? '', ...sizeOf(chosen ?? template?.hardware) });

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
  const placed = [...Object.keys(form), ...Object.keys(form.rules), ...Object.values(ALIASES).flat()].map((name) => ({
    name,
  }));
  const typed = form.instanceTypeId !== '';
  const count = Number(form.count);
  const ready =
    form.name.trim() &&
    form.clusterId &&
    form.templateId &&
    Number.isInteger(count) &&
    count >= 1 &&
    count <= MOST_AT_ONCE;

  const create = async () => {
    if (!ready || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const operation =
        count === 1
          ? await api.post<Operation>('/vms', newVm(form, template))
          : await api.post<Operation>('/vms/batch-create', newVms(form, template));
      accepted(operation);
      void queryClient.invalidateQueries({ queryKey: ['operation', 'list'] });
      onClose();
      if (operation.subject?.kind === 'vm') void navigate(`/vms/${operation.subject.id}`);
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
          <div className="kv-columns">
            {input({
              name: 'name',
              label: 'Name',
              required: true,
              help: count > 1 ? '“web-##” becomes web-01, web-02, …' : undefined,
            })}
            {input({ name: 'count', label: 'How many', type: 'number', min: 1, max: MOST_AT_ONCE })}
          </div>
          <div className="kv-columns">
            {input(
              {
                name: 'clusterId',
                label: 'Cluster',
                type: 'select',
                required: true,
                options: choices(clusters?.items),
              },
              (id) => set({ clusterId: String(id), rules: ruleValues(undefined) }),
            )}
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
            {Boolean(types?.items.length) &&
              input(
                {
                  name: 'instanceTypeId',
                  label: 'Instance type',
                  type: 'select',
                  options: typeChoices(types?.items ?? [], 'None: a size of its own'),
                },
                (id) => chooseType(types?.items.find((item) => item.id === id)),
              )}
            {input({ name: 'cpus', label: 'CPUs', type: 'number', min: 1, max: 512, fixed: typed })}
            {input({ name: 'memoryMiB', label: 'Memory', type: 'number', min: 64, unit: 'MiB', fixed: typed })}
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
          </div>
          <Fields fields={availability} values={form.rules} errors={found} onChange={setRule} />
          <ExpandableSection
            toggleText="Scheduling: hosts, NUMA nodes, huge pages, quota, growing"
            isExpanded={tuning || scheduling.some((field) => found[field.name])}
            onToggle={(_event, expanded) => setTuning(expanded)}
          >
            <div className="kv-columns">
              <Fields
                fields={scheduling.map((field) => ({ ...field, section: undefined }))}
                values={form.rules}
                errors={found}
                onChange={setRule}
              />
            </div>
          </ExpandableSection>
          {input({
            name: 'userData',
            label: 'cloud-init user data',
            type: 'textarea',
            help: 'Optional, for instance “#cloud-config” with users and keys',
          })}
          {form.clusterId && <PlacementPreview clusterId={form.clusterId} query={placementQuery(form)} />}
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
