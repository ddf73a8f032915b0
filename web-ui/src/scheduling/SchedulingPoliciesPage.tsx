import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAll } from '../api/queries';
import type { SchedulingPolicy } from '../api/types';
import { ActionMenu } from '../common/ActionButton';
import { DataTable } from '../common/DataTable';
import { Empty } from '../common/Empty';
import { NONE, words } from '../common/format';
import { PageHeader, Panel } from '../common/layout';
import { ProblemAlert } from '../common/ProblemAlert';
import { useDelete } from '../common/useDelete';
import { policyForm, weightsInWords, type PolicyForm } from './policyForm';
import { PolicyDialog } from './PolicyDialog';
import { unitName } from './unitNames';
import { useSchedulingUnits } from './useSchedulingUnits';

interface Editing {
  form: PolicyForm;
  policy?: SchedulingPolicy;
}

/** Policies put together by operators, and those that are built in, to begin from. */
export function SchedulingPoliciesPage() {
  const { data: policies, error } = useAll('scheduling_policy');
  const { data: clusters } = useAll('cluster');
  const units = useSchedulingUnits();
  const [editing, setEditing] = useState<Editing>();
  const removal = useDelete('scheduling_policy', 'The scheduling policy');
  const clone = (name: string, source: Parameters<typeof policyForm>[1]) =>
    setEditing({ form: policyForm(`${name}-copy`, source) });
  const usedBy = (id: string) => clusters?.items.filter((cluster) => cluster.customPolicyId === id) ?? [];
  const create = (
    <Button size="sm" isDisabled={!units.data} onClick={() => setEditing({ form: policyForm('', undefined) })}>
      Create policy
    </Button>
  );
  return (
    <>
      <PageHeader title="Scheduling policies" actions={create} />
      <div className="kv-page-body kv-stack">
        <ProblemAlert error={error ?? units.error} />
        <Panel title="Your own">
          <DataTable
            label="Scheduling policies of your own"
            rows={policies?.items}
            rowKey={(policy) => policy.id}
            initialSort={{ column: 0, direction: 'asc' }}
            empty={
              <Empty title="No policies of your own yet">
                A policy says which filters count, and how much each weight does. Create one, or clone one below.
              </Empty>
            }
            columns={[
              { title: 'Name', cell: (policy) => policy.name, sort: (policy) => policy.name },
              { title: 'Filters', cell: (policy) => policy.filters.map(unitName).join(', ') || NONE },
              { title: 'Weights', cell: (policy) => weightsInWords(policy.weights, unitName) },
              {
                title: 'Used by',
                cell: (policy) =>
                  usedBy(policy.id).length === 0
                    ? NONE
                    : usedBy(policy.id).map((cluster) => (
                        <Link key={cluster.id} to={`/clusters/${cluster.id}`} className="kv-inline-item">
                          {cluster.name}
                        </Link>
                      )),
              },
              { title: 'Description', cell: (policy) => policy.description || NONE },
            ]}
            actions={(policy) =>
              removal.menu(policy, [
                {
                  key: 'edit',
                  label: 'Edit',
                  run: () => setEditing({ form: policyForm(policy.name, policy), policy }),
                },
                { key: 'clone', label: 'Clone', run: () => clone(policy.name, policy) },
              ])
            }
          />
        </Panel>
        <Panel title="Built in">
          <DataTable
            label="Built-in scheduling policies"
            rows={units.data?.builtInPolicies}
            rowKey={(policy) => policy.name}
            empty={<Empty title="None" />}
            columns={[
              { title: 'Name', cell: (policy) => words(policy.name) },
              { title: 'Filters', cell: (policy) => policy.filters.map(unitName).join(', ') || NONE },
              { title: 'Weights', cell: (policy) => weightsInWords(policy.weights, unitName) },
            ]}
            actions={(policy) => (
              <ActionMenu
                label={`Actions for ${words(policy.name)}`}
                actions={[{ key: 'clone', label: 'Clone', run: () => clone(policy.name.replaceAll('_', '-'), policy) }]}
              />
            )}
          />
        </Panel>
      </div>
      {editing && units.data && (
        <PolicyDialog
          start={editing.form}
          policy={editing.policy}
          units={units.data}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removal.dialog}
    </>
  );
}
