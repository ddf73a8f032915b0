import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { useList } from '../api/queries';
import type { Cluster } from '../api/types';
import { settingInWords } from '../clusters/clusterSettings';
import { ActionButton } from '../common/ActionButton';
import { words } from '../common/format';
import { Facts, Panel } from '../common/layout';
import { ProblemAlert } from '../common/ProblemAlert';
import { useSchedulingUnits } from '../scheduling/useSchedulingUnits';
import { EarlierPlans } from './EarlierPlans';
import { OpenPlan } from './OpenPlan';
import { isOpen, policyInWords, regime } from './plan';
import { RehearsalDialog } from './RehearsalDialog';
import { RollingDialog } from './RollingDialog';
import { RollingPlan } from './RollingPlan';

/** The plan that waits or runs, what became of earlier ones, and what makes plans here. */
export function BalancingTab({ cluster, onEdit }: { cluster: Cluster; onEdit: () => void }) {
  const { data, error } = useList('balancing_plan', { clusterId: cluster.id, limit: 20 });
  const open = data?.items.filter(isOpen) ?? [];
  const ended = data?.items.filter((plan) => !isOpen(plan)) ?? [];
  const [maintaining, setMaintaining] = useState(false);
  return (
    <div className="kv-stack">
      <ProblemAlert error={error} />
      <div className="kv-toolbar">
        <ActionButton
          action={{
            key: 'maintain',
            label: 'Rolling maintenance…',
            forbidden: open.length > 0 ? 'A cluster has one plan at a time, and one is open' : undefined,
            run: () => setMaintaining(true),
          }}
        />
      </div>
      {open.map((plan) =>
        plan.rolling ? (
          <RollingPlan key={plan.id} plan={plan} rolling={plan.rolling} />
        ) : (
          <OpenPlan key={plan.id} plan={plan} cluster={cluster} />
        ),
      )}
      {data && open.length === 0 && (
        <Panel title="No plan is open">
          <p className="kv-subtle">No move is proposed or under way in {cluster.name}.</p>
        </Panel>
      )}
      {maintaining && <RollingDialog cluster={cluster} onClose={() => setMaintaining(false)} />}
      <Settings cluster={cluster} onEdit={onEdit} />
      {ended.length > 0 && <EarlierPlans plans={ended} cluster={cluster} />}
    </div>
  );
}

function Settings({ cluster, onEdit }: { cluster: Cluster; onEdit: () => void }) {
  const { balancing } = cluster;
  const [rehearsing, setRehearsing] = useState(false);
  const { data: units } = useSchedulingUnits();
  const saving = cluster.policyInForce === 'power_saving';
  const numbers = (units?.clusterSettings ?? []).filter(
    ({ name }) => name !== 'memoryOvercommitPercent' && (saving || !name.startsWith('powerSaving.')),
  );
  const half = Math.ceil(numbers.length / 2);
  return (
    <Panel
      title="What makes plans"
      actions={
        <span className="kv-panel-buttons">
          <Button variant="link" size="sm" isInline onClick={() => setRehearsing(true)}>
            Rehearse a policy…
          </Button>
          <Button variant="link" size="sm" isInline onClick={onEdit}>
            Edit
          </Button>
        </span>
      }
    >
      <p>{regime(cluster)}</p>
      <div className="kv-facts-columns">
        <Facts
          facts={[
            ['Scheduling policy', policyInWords(cluster)],
            ['Plans are made', words(balancing.mode)],
            ...(saving
              ? [
                  [
                    'Empty hosts',
                    cluster.powerSaving.enableAutomaticHostPowerManagement ? 'Switched off' : 'Stay on',
                  ] as [string, string],
                ]
              : []),
          ]}
        />
        {[numbers.slice(0, half), numbers.slice(half)].map((column, index) => (
          <Facts key={index} facts={column.map((setting) => [setting.title, settingInWords(cluster, setting)])} />
        ))}
      </div>
      {rehearsing && <RehearsalDialog cluster={cluster} onClose={() => setRehearsing(false)} />}
    </Panel>
  );
}
