import { Button } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { AffinityDialog } from '../affinity/AffinityDialog';
import { AffinityTable } from '../affinity/AffinityTab';
import { BrokenRules } from '../affinity/BrokenRules';
import { useBrokenRules } from '../affinity/useBrokenRules';
import { api } from '../api/client';
import { useList, useNames } from '../api/queries';
import type { Explanation, Vm } from '../api/types';
import { bytes, count, words } from '../common/format';
import { Facts, Panel, Pending } from '../common/layout';
import { LabelsOf } from '../labels/LabelsOf';
import { ExplanationView } from '../scheduling/ExplanationView';
import { whyHere } from './whyHere';

const ASKED_AGAIN_MS = 15_000;

/** Why the VM is where it is, where it would go now, and the rules that it is under. */
export function PlacementTab({ vm, onEdit }: { vm: Vm; onEdit: () => void }) {
  return (
    <div className="kv-stack">
      {vm.hostId ? <Standing vm={vm} /> : <NextStart vm={vm} />}
      <Rules vm={vm} onEdit={onEdit} />
      <Groups vm={vm} />
      <LabelsOf kind="vm" id={vm.id} />
      {vm.hostId && <NextMigration vm={vm} />}
    </div>
  );
}

function usePlacement(vm: Vm, afresh: boolean) {
  return useQuery({
    queryKey: ['vm', 'one', vm.id, 'placement', afresh],
    queryFn: () => api.get<Explanation>(`/vms/${vm.id}/placement`, afresh ? { afresh } : {}),
    refetchInterval: ASKED_AGAIN_MS,
  });
}

function Standing({ vm }: { vm: Vm }) {
  const { data, error } = usePlacement(vm, true);
  return (
    <Panel title="Why it is there">
      {data ? (
        <>
          <p>{whyHere(vm, data)}</p>
          <ExplanationView explanation={data} currentHostId={vm.hostId} />
        </>
      ) : (
        <Pending error={error} />
      )}
    </Panel>
  );
}

function NextStart({ vm }: { vm: Vm }) {
  const { data, error } = usePlacement(vm, false);
  return (
    <Panel title="Where it would start now">
      {data ? <ExplanationView explanation={data} /> : <Pending error={error} />}
    </Panel>
  );
}

function NextMigration({ vm }: { vm: Vm }) {
  const { data, error } = usePlacement(vm, false);
  return (
    <Panel title="Where it could be migrated now">
      {data ? <ExplanationView explanation={data} currentHostId={vm.hostId} /> : <Pending error={error} />}
    </Panel>
  );
}

function Rules({ vm, onEdit }: { vm: Vm; onEdit: () => void }) {
  const host = useNames('host');
  const quota = useNames('quota');
  const { hardware, hosts, seat } = vm;
  const named = (ids: readonly string[] | undefined) =>
    ids?.length
      ? ids.map((id, index) => (
          <span key={id}>
            {index > 0 && ', '}
            <Link to={`/hosts/${id}`}>{host(id) ?? id}</Link>
          </span>
        ))
      : undefined;
  return (
    <Panel
      title="Its own rules"
      actions={
        <Button variant="link" size="sm" isInline onClick={onEdit}>
          Edit
        </Button>
      }
    >
      <div className="kv-facts-columns">
        <Facts
          facts={[
            ['Runs only on', named(hosts?.only) ?? 'Any host'],
            ['Rather runs on', named(hosts?.preferred) ?? 'No matter'],
            ['Migration', words(vm.migration)],
            ['Migration policy', vm.migrationPolicy ? words(vm.migrationPolicy.policy) : 'As its cluster says'],
          ]}
        />
        <Facts
          facts={[
            ['NUMA nodes', hardware.numaNodes ? String(hardware.numaNodes) : 'None: floats over its host'],
            ['CPUs of its own', hardware.dedicatedCpus ? 'Yes' : 'No'],
            ['Huge pages', hardware.hugepageBytes ? bytes(hardware.hugepageBytes) : 'No'],
            ['Quota', vm.quotaId ? <Link to="/quotas">{quota(vm.quotaId) ?? 'Quota'}</Link> : 'None'],
            ...(seat?.length
              ? [
                  [
                    'Sits on',
                    seat
                      .map(({ node, cpus }) => `node ${node}${cpus?.length ? ` (CPUs ${cpus.join(', ')})` : ''}`)
                      .join(', '),
                  ] as [string, string],
                ]
              : []),
          ]}
        />
      </div>
    </Panel>
  );
}

function Groups({ vm }: { vm: Vm }) {
  const { data } = useList('affinity_group', { clusterId: vm.clusterId, limit: 1000, sort: 'name' });
  const broken = useBrokenRules(vm.clusterId);
  const [creating, setCreating] = useState(false);
  const groups = data?.items.filter((group) => group.members.some((member) => member.vmId === vm.id));
  const own = broken.data?.filter((rule) => rule.vmId === vm.id) ?? [];
  return (
    <Panel
      title="Affinity groups"
      actions={
        <Button variant="link" size="sm" isInline onClick={() => setCreating(true)}>
          Create
        </Button>
      }
    >
      {own.length > 0 && (
        <>
          <p>It breaks {count(own.length, 'rule')} where it runs:</p>
          <BrokenRules rules={own} />
        </>
      )}
      <AffinityTable groups={groups} broken={broken.data} empty={<p className="kv-subtle">It is in none.</p>} />
      {creating && <AffinityDialog clusterId={vm.clusterId} firstMember={vm.id} onClose={() => setCreating(false)} />}
    </Panel>
  );
}
