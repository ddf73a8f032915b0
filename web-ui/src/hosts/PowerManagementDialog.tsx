import { Button, Form, FormFieldGroup, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { fieldErrors, problemOf } from '../api/problem';
import { useOne } from '../api/queries';
import type { Host, Operation, Problem } from '../api/types';
import { FieldInput, type Field } from '../common/fields';
import { ProblemView } from '../common/ProblemAlert';
import { OperationDetails } from '../operations/OperationDetails';
import { accepted } from '../operations/useWork';
import { agentForms, EMPTY_AGENT, MAX_AGENTS, powerBody, type AgentForm } from './powerForm';

const TYPES = [
  { value: 'ipmilan', label: 'IPMI over LAN' },
  { value: 'redfish', label: 'Redfish' },
  { value: 'ilo4', label: 'HPE iLO 4 (IPMI)' },
  { value: 'ilo5', label: 'HPE iLO 5 (IPMI)' },
  { value: 'idrac', label: 'Dell iDRAC (IPMI)' },
];

const AGENT_FIELDS: (Field & { name: keyof AgentForm })[] = [
  { name: 'type', label: 'Kind', type: 'select', options: TYPES },
  { name: 'address', label: 'Address', required: true },
  { name: 'port', label: 'Port', type: 'number', help: 'Empty: the usual port of its kind' },
  { name: 'username', label: 'User name' },
  { name: 'password', label: 'Password', type: 'password', help: 'Empty: the stored one, if there is one' },
  { name: 'options', label: 'Options', help: 'For instance: lanplus=1, cipher=3' },
];

/** The power agents of a host: their form, and a test of what is in it. */
export function PowerManagementDialog({ host, onClose }: { host: Host; onClose: () => void }) {
  const queryClient = useQueryClient();
  const stored = agentForms(host);
  const [enabled, setEnabled] = useState(host.powerManagement?.enabled ?? stored.length === 0);
  const [use, setUse] = useState<string>(host.powerManagement?.use ?? 'one_of');
  const [agents, setAgents] = useState<AgentForm[]>(stored.length > 0 ? stored : [EMPTY_AGENT]);
  const [problem, setProblem] = useState<Problem>();
  const [testId, setTestId] = useState<string>();
  const [busy, setBusy] = useState(false);
  const errors = fieldErrors(problem);
  const missing = agents.some((agent) => !agent.address.trim());

  const change = (index: number, changed: Partial<AgentForm>) =>
    setAgents((all) => all.map((agent, at) => (at === index ? { ...agent, ...changed } : agent)));

  const send = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await what();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const body = () => powerBody(enabled, use, agents);
  const save = () =>
    send(async () => {
      const changed = await api.put<Host>(`/hosts/${host.id}/power-management`, body());
      queryClient.setQueryData(['host', 'one', host.id], changed);
      onClose();
    });
  const test = () =>
    send(async () => {
      const operation = await api.post<Operation>(`/hosts/${host.id}/power-management/test`, body());
      accepted(operation);
      setTestId(operation.id);
    });

  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="power-title" className="kv-dialog">
      <ModalHeader
        title={`Power management of ${host.name}`}
        labelId="power-title"
        description="How Kvorum turns this machine off and on when it no longer answers."
      />
      <ModalBody>
        <Form
          id="power-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!missing && !busy) void save();
          }}
        >
          {problem && <ProblemView problem={problem} />}
          <FieldInput
            field={{ name: 'enabled', label: 'Enabled', type: 'switch' }}
            value={enabled}
            onChange={(value) => setEnabled(value === true)}
          />
          {agents.length > 1 && (
            <FieldInput
              field={{
                name: 'use',
                label: 'Agents',
                type: 'select',
                options: [
                  { value: 'one_of', label: 'One is enough; the next is tried where one fails' },
                  { value: 'together', label: 'All together, as with two power supplies' },
                ],
              }}
              value={use}
              error={errors.use}
              onChange={(value) => setUse(String(value))}
            />
          )}
          {agents.map((agent, index) => (
            <FormFieldGroup key={index} aria-label={`Agent ${index + 1}`}>
              <div className="kv-columns">
                {AGENT_FIELDS.map((field) => (
                  <FieldInput
                    key={field.name}
                    field={{ ...field, name: `${field.name}-${index}` }}
                    value={agent[field.name]}
                    error={
                      errors[`powerManagement.agents[${index}].${field.name}`] ??
                      errors[`agents[${index}].${field.name}`]
                    }
                    onChange={(value) => change(index, { [field.name]: String(value) })}
                  />
                ))}
              </div>
              <Button
                variant="link"
                isInline
                isDanger
                onClick={() => setAgents((all) => all.filter((_agent, at) => at !== index))}
              >
                Remove agent {index + 1}
              </Button>
            </FormFieldGroup>
          ))}
          {agents.length < MAX_AGENTS && (
            <Button variant="link" isInline onClick={() => setAgents((all) => [...all, EMPTY_AGENT])}>
              Add an agent
            </Button>
          )}
          {testId && <TestResult operationId={testId} />}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="power-form" isDisabled={missing || busy}>
          Save
        </Button>
        <Button variant="secondary" isDisabled={missing || busy || agents.length === 0} onClick={() => void test()}>
          Test
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function TestResult({ operationId }: { operationId: string }) {
  const { data: operation } = useOne('operation', operationId);
  return operation ? <OperationDetails operation={operation} /> : null;
}
