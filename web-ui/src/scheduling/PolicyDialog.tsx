import {
  Button,
  Form,
  FormSection,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Switch,
  TextInput,
} from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { fieldErrors, problemOf } from '../api/problem';
import type { Problem, SchedulingPolicy, SchedulingUnit, SchedulingUnits } from '../api/types';
import { FieldInput } from '../common/fields';
import { unplaced } from '../common/FormDialog';
import { ProblemView } from '../common/ProblemAlert';
import { complaints, optionalFilters, parametersOf, policyBody, weightsOf, type PolicyForm } from './policyForm';
import { unitName } from './unitNames';

interface Props {
  start: PolicyForm;
  /** The one that is changed; without it a new one is made. */
  policy?: SchedulingPolicy;
  units: SchedulingUnits;
  onClose: () => void;
}

/** A policy put together from units: filters on or off, weights by how much they count, and the units' parameters. */
export function PolicyDialog({ start, policy, units, onClose }: Props) {
  const [form, setForm] = useState(start);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const queryClient = useQueryClient();
  const wrong = complaints(form, units);
  const errors = { ...fieldErrors(problem), ...wrong };
  const parameters = parametersOf(form, units);
  const ready = form.name.trim() !== '' && Object.keys(wrong).length === 0 && !busy;
  const placed = [
    ...['name', 'description', 'filters', 'weights', 'parameters'],
    ...weightsOf(units).map((unit) => `weights.${unit.name}`),
    ...parameters.map((parameter) => `parameters.${parameter.name}`),
  ].map((name) => ({ name }));
  const set = (changed: Partial<PolicyForm>) => setForm((old) => ({ ...old, ...changed }));

  const save = async () => {
    if (!ready) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const body = policyBody(form, units);
      if (policy) await api.patch(`/scheduling-policies/${policy.id}`, body, policy.revision);
      else await api.post('/scheduling-policies', body);
      await queryClient.invalidateQueries({ queryKey: ['scheduling_policy', 'list'] });
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby="policy-title" className="kv-dialog">
      <ModalHeader title={policy ? `Edit ${policy.name}` : 'Create scheduling policy'} labelId="policy-title" />
      <ModalBody>
        <Form
          id="policy-form"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          {problem && <ProblemView problem={unplaced(problem, placed)} />}
          <div className="kv-columns">
            <FieldInput
              field={{ name: 'name', label: 'Name', required: true }}
              value={form.name}
              error={errors.name}
              onChange={(value) => set({ name: String(value) })}
            />
            <FieldInput
              field={{ name: 'description', label: 'Description' }}
              value={form.description}
              error={errors.description}
              onChange={(value) => set({ description: String(value) })}
            />
          </div>
          <FormSection title="Filters" titleElement="h3" className="kv-form-section">
            <p className="kv-subtle">Filters that say what is possible at all always count.</p>
            {optionalFilters(units).map((unit) => (
              <UnitRow key={unit.name} unit={unit}>
                <Switch
                  id={`filter-${unit.name}`}
                  aria-label={unitName(unit.name)}
                  isChecked={form.filters.includes(unit.name)}
                  onChange={(_event, on) =>
                    set({
                      filters: on ? [...form.filters, unit.name] : form.filters.filter((name) => name !== unit.name),
                    })
                  }
                />
              </UnitRow>
            ))}
          </FormSection>
          <FormSection title="Weights" titleElement="h3" className="kv-form-section">
            <p className="kv-subtle">
              Each gives a host 0 to 1, times its factor; the sums decide. Empty: it does not count.
              {errors.weights && <span className="kv-field-error"> {errors.weights}</span>}
            </p>
            {weightsOf(units).map((unit) => (
              <UnitRow key={unit.name} unit={unit} error={errors[`weights.${unit.name}`]}>
                <TextInput
                  id={`weight-${unit.name}`}
                  aria-label={`Factor of ${unitName(unit.name)}`}
                  type="number"
                  step="any"
                  min={0}
                  max={1000}
                  value={form.weights[unit.name] ?? ''}
                  validated={errors[`weights.${unit.name}`] ? 'error' : 'default'}
                  onChange={(_event, text) => set({ weights: { ...form.weights, [unit.name]: text } })}
                />
              </UnitRow>
            ))}
          </FormSection>
          {parameters.length > 0 && (
            <FormSection title="Parameters" titleElement="h3" className="kv-form-section">
              <div className="kv-columns">
                {parameters.map((parameter) => (
                  <FieldInput
                    key={parameter.name}
                    field={{
                      name: `parameters.${parameter.name}`,
                      label: parameter.name,
                      type: 'number',
                      min: parameter.minimum,
                      max: parameter.maximum,
                      help: `${parameter.description} ${parameter.minimum} to ${parameter.maximum}; empty: ${parameter.defaultValue}`,
                    }}
                    value={form.parameters[parameter.name] ?? ''}
                    error={errors[`parameters.${parameter.name}`]}
                    onChange={(value) => set({ parameters: { ...form.parameters, [parameter.name]: String(value) } })}
                  />
                ))}
              </div>
            </FormSection>
          )}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="policy-form" isDisabled={!ready} isLoading={busy}>
          {policy ? 'Save' : 'Create'}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function UnitRow({ unit, error, children }: { unit: SchedulingUnit; error?: string; children: React.ReactNode }) {
  return (
    <div className="kv-unit">
      <div>
        <strong title={unit.name}>{unitName(unit.name)}</strong>
        <p className="kv-subtle">{unit.description}</p>
      </div>
      <div>
        {children}
        {error && <span className="kv-field-error">{error}</span>}
      </div>
    </div>
  );
}
