import { Button } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { oneKey, useList } from '../api/queries';
import type { BalancingPlan, Cluster } from '../api/types';
import { count, duration, words } from '../common/format';
import { Facts, Panel } from '../common/layout';
import { useNotifications } from '../common/Notifications';
import { ProblemAlert } from '../common/ProblemAlert';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { EarlierPlans } from './EarlierPlans';
import { anythingLeft, costToCome, isOpen, movesInWords, policyInWords, regime } from './plan';
import { gigabytes, PlanMoves } from './PlanMoves';
import { RehearsalDialog } from './RehearsalDialog';
import { RollingHosts } from './RollingHosts';

/** The plan that waits or runs, what became of earlier ones, and what makes plans here. */
export function BalancingTab({ cluster, onEdit }: { cluster: Cluster; onEdit: () => void }) {
  const { data, error } = useList('balancing_plan', { clusterId: cluster.id, limit: 20 });
  const open = data?.items.filter(isOpen) ?? [];
  const ended = data?.items.filter((plan) => !isOpen(plan)) ?? [];
  return (
    <div className="kv-stack">
      <ProblemAlert error={error} />
      {open.map((plan) => (
        <OpenPlan key={plan.id} plan={plan} cluster={cluster} />
      ))}
      {data && open.length === 0 && (
        <Panel title="No plan is open">
          <p className="kv-subtle">No move is proposed or under way in {cluster.name}.</p>
        </Panel>
      )}
      <Settings cluster={cluster} onEdit={onEdit} />
      {ended.length > 0 && <EarlierPlans plans={ended} cluster={cluster} />}
    </div>
  );
}

export function OpenPlan({ plan, cluster }: { plan: BalancingPlan; cluster: Cluster }) {
  const [busy, setBusy] = useState(false);
  const queryClient = useQueryClient();
  const { failed } = useNotifications();
  const proposed = plan.state === 'proposed';
  const cost = costToCome(plan.moves);

  const review = async (what: string, ask: () => Promise<BalancingPlan>) => {
    setBusy(true);
    try {
      queryClient.setQueryData(oneKey('balancing_plan', plan.id), await ask());
    } catch (error) {
      failed(`${what} was refused`, error);
    }
    await queryClient.invalidateQueries({ queryKey: ['balancing_plan', 'list'] });
    setBusy(false);
  };
  const path = `/balancing-plans/${plan.id}`;
  return (
    <Panel
      title={proposed ? 'A plan waits for approval' : 'A plan is carried out'}
      actions={
        proposed && (
          <span className="kv-panel-buttons">
            <Button
              size="sm"
              isDisabled={busy || !anythingLeft(plan)}
              onClick={() => void review('Approval of the plan', () => api.post<BalancingPlan>(`${path}/approve`))}
            >
              Approve
            </Button>
            <Button
              size="sm"
              variant="secondary"
              isDisabled={busy}
              onClick={() => void review('Rejection of the plan', () => api.post<BalancingPlan>(`${path}/reject`))}
            >
              Reject
            </Button>
          </span>
        )
      }
    >
      <p>{plan.reason}</p>
      <p className="kv-plan-facts">
        <StateLabel state={plan.state} />
        <span>
          Made <RelativeTime time={plan.createdAt} />
        </span>
        {!plan.rolling && <span>Moves: {movesInWords(plan)}</span>}
        {cost.moves > 0 && (
          <span>
            To copy: {gigabytes(cost.bytes)}, {duration(cost.millis)} one after another
          </span>
        )}
      </p>
      {plan.rolling && <RollingHosts rolling={plan.rolling} />}
      <PlanMoves
        plan={plan}
        cluster={cluster}
        onLeaveOut={
          proposed && !busy
            ? (vmId, vmName) =>
                void review(`Leaving out ${vmName}`, () => api.delete<BalancingPlan>(`${path}/moves/${vmId}`))
            : undefined
        }
      />
    </Panel>
  );
}

function Settings({ cluster, onEdit }: { cluster: Cluster; onEdit: () => void }) {
  const { balancing } = cluster;
  const [rehearsing, setRehearsing] = useState(false);
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
            ['Aggressiveness', `${balancing.aggressiveness} of 5`],
            ['CPU is busy above', `${cluster.highUtilizationPercent} %`],
          ]}
        />
        <Facts
          facts={[
            ['Memory is busy above', `${balancing.memoryHighPercent} %`],
            ['Relieved at any cost above', `${balancing.criticalPercent} %`],
            ['Busy for at least', count(cluster.cpuOverCommitDurationMinutes, 'minute')],
            ['Migrations at once', `${balancing.migrationsPerHost} a host, ${balancing.migrationsPerCluster} in all`],
          ]}
        />
        {cluster.policyInForce === 'power_saving' && (
          <Facts
            facts={[
              ['Hosts are emptied below', `${cluster.powerSaving.lowUtilizationPercent} % CPU`],
              ['Kept on without VMs', count(cluster.powerSaving.hostsInReserve, 'host')],
              ['Empty hosts', cluster.powerSaving.enableAutomaticHostPowerManagement ? 'Switched off' : 'Stay on'],
            ]}
          />
        )}
      </div>
      {rehearsing && <RehearsalDialog cluster={cluster} onClose={() => setRehearsing(false)} />}
    </Panel>
  );
}
