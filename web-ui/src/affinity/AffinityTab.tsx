import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { useList } from '../api/queries';
import type { AffinityGroup, BrokenRule, Cluster } from '../api/types';
import { DataTable } from '../common/DataTable';
import { Empty } from '../common/Empty';
import { count, NONE } from '../common/format';
import { Panel } from '../common/layout';
import { ProblemAlert } from '../common/ProblemAlert';
import { StateLabel } from '../common/StateLabel';
import { useDelete } from '../common/useDelete';
import { AffinityDialog } from './AffinityDialog';
import { hostRuleInWords, vmRuleInWords } from './affinityForm';
import { BrokenRules } from './BrokenRules';
import { useBrokenRules } from './useBrokenRules';

/** The affinity groups of a cluster, and which of their rules are broken now. */
export function AffinityTab({ cluster }: { cluster: Cluster }) {
  const { data, error } = useList('affinity_group', { clusterId: cluster.id, limit: 1000, sort: 'name' });
  const broken = useBrokenRules(cluster.id);
  const [creating, setCreating] = useState(false);
  const create = (
    <Button size="sm" onClick={() => setCreating(true)}>
      Create affinity group
    </Button>
  );
  return (
    <div className="kv-stack">
      <ProblemAlert error={error} />
      {broken.data && broken.data.length > 0 && (
        <Panel title={`${count(broken.data.length, 'rule')} not kept now`}>
          <BrokenRules rules={broken.data} />
        </Panel>
      )}
      <div>
        {data && data.items.length > 0 && <div className="kv-toolbar">{create}</div>}
        <AffinityTable
          groups={data?.items}
          broken={broken.data}
          empty={
            <Empty title="No affinity groups yet" action={create}>
              A group keeps VMs together or apart, by host or by rack, and on some hosts or off them.
            </Empty>
          }
        />
      </div>
      {creating && <AffinityDialog clusterId={cluster.id} onClose={() => setCreating(false)} />}
    </div>
  );
}

interface TableProps {
  groups: AffinityGroup[] | undefined;
  broken: BrokenRule[] | undefined;
  empty: React.ReactNode;
}

export function AffinityTable({ groups, broken, empty }: TableProps) {
  const [editing, setEditing] = useState<AffinityGroup>();
  const removal = useDelete('affinity_group', 'The affinity group');
  const brokenBy = (group: AffinityGroup) => broken?.filter((rule) => rule.groupId === group.id) ?? [];
  return (
    <>
      <DataTable
        label="Affinity groups"
        rows={groups}
        rowKey={(group) => group.id}
        empty={empty}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (group) => group.name, sort: (group) => group.name },
          { title: 'VMs', cell: (group) => group.members.length, sort: (group) => group.members.length, numeric: true },
          { title: 'They run', cell: vmRuleInWords, sort: vmRuleInWords },
          {
            title: 'Hosts',
            cell: (group) => (group.hostRule === 'none' ? NONE : `${hostRuleInWords(group)} (${group.hostIds.length})`),
            sort: hostRuleInWords,
          },
          {
            title: 'Kept now',
            cell: (group) => <Kept broken={broken && brokenBy(group)} />,
            sort: (group) => brokenBy(group).length,
          },
          { title: 'Description', cell: (group) => group.description || NONE },
        ]}
        actions={(group) => removal.menu(group, [{ key: 'edit', label: 'Edit', run: () => setEditing(group) }])}
      />
      {editing && (
        <AffinityDialog clusterId={editing.clusterId} group={editing} onClose={() => setEditing(undefined)} />
      )}
      {removal.dialog}
    </>
  );
}

function Kept({ broken }: { broken: BrokenRule[] | undefined }) {
  if (!broken) return <>{NONE}</>;
  if (broken.length === 0) return <StateLabel state="ready" words="Kept" />;
  const state = broken.some((rule) => rule.hard) ? 'error' : 'warning';
  return <StateLabel state={state} words={`Broken by ${count(broken.length, 'VM')}`} />;
}
