import { Button } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { useAll, useNames } from '../api/queries';
import type { Named, Quota, QuotaUsage } from '../api/types';
import { Empty } from '../common/Empty';
import { NONE } from '../common/format';
import { Meter } from '../common/layout';
import { ListPage } from '../common/ListPage';
import { useDelete } from '../common/useDelete';
import { QuotaDialog } from './QuotaDialog';
import { ENFORCEMENTS, sharesOf } from './quotaForm';

const AGAIN_MS = 15_000;

/** How much VMs may use together while they run, and what they use. */
export function QuotasPage() {
  const dataCenter = useNames('data_center');
  const { data: clusters } = useAll('cluster');
  const [dialog, setDialog] = useState<{ quota?: Quota }>();
  const removal = useDelete('quota', 'The quota');
  const create = (
    <Button size="sm" onClick={() => setDialog({})}>
      Create quota
    </Button>
  );
  return (
    <>
      <ListPage
        kind="quota"
        label="quotas"
        title="Quotas"
        actions={create}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (quota) => quota.name, sort: (quota) => quota.name, serverSort: 'name' },
          { title: 'Data center', cell: (quota) => dataCenter(quota.dataCenterId) ?? NONE },
          {
            title: 'What it does',
            cell: (quota) => ENFORCEMENTS.find(({ value }) => value === quota.enforcement)?.label ?? NONE,
          },
          { title: 'Used', width: 40, cell: (quota) => <Usage quota={quota} clusters={clusters?.items ?? []} /> },
          { title: 'Description', cell: (quota) => quota.description || NONE },
        ]}
        rowActions={(quota) => removal.menu(quota, [{ key: 'edit', label: 'Edit', run: () => setDialog({ quota }) }])}
        empty={
          <Empty title="No quotas yet" action={create}>
            A quota limits the virtual CPUs and the memory that the VMs of a team use together while they run.
          </Empty>
        }
      />
      {dialog && <QuotaDialog quota={dialog.quota} onClose={() => setDialog(undefined)} />}
      {removal.dialog}
    </>
  );
}

function Usage({ quota, clusters }: { quota: Quota; clusters: readonly Named[] }) {
  const { data } = useQuery({
    queryKey: ['quota', 'usage', quota.id],
    queryFn: () => api.get<QuotaUsage>(`/quotas/${quota.id}/usage`),
    refetchInterval: AGAIN_MS,
  });
  return <QuotaMeters quota={quota} usage={data} clusters={clusters} />;
}

export function QuotaMeters(props: { quota: Quota; usage: QuotaUsage | undefined; clusters: readonly Named[] }) {
  return sharesOf(props.quota, props.usage, props.clusters).map((share) => (
    <Meter key={share.label} label={share.label} ratio={share.ratio} text={share.text} />
  ));
}
