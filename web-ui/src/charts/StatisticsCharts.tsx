import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api } from '../api/client';
import type { Statistics } from '../api/types';
import { Empty } from '../common/Empty';
import { Panel, Pending } from '../common/layout';
import { chartGroups } from './chartGroups';

const Chart = lazy(() => import('./Chart'));

/** About an hour at the engine's usual interval of a few seconds, thinned by the engine. */
const POINTS = 240;

interface Props {
  kind: 'vm' | 'host';
  id: string;
  live: boolean;
}

export function StatisticsCharts({ kind, id, live }: Props) {
  const { data, error } = useQuery({
    queryKey: ['statistics', kind, id],
    queryFn: () => api.get<Statistics>(`/${kind}s/${id}/statistics`, { points: POINTS }),
    refetchInterval: (query) => (live ? Math.max(2, query.state.data?.intervalSeconds ?? 10) * 1000 : false),
  });
  if (!data) return <Pending error={error} />;
  const groups = chartGroups(data);
  if (groups.length === 0) {
    return <Empty title="No measurements yet">They appear here while the {kind === 'vm' ? 'VM' : 'host'} is up.</Empty>;
  }
  return (
    <div className="kv-panels kv-charts">
      {groups.map((group) => (
        <Panel key={group.title} title={group.title}>
          <Suspense fallback={<div className="kv-chart" />}>
            <Chart group={group} />
          </Suspense>
        </Panel>
      ))}
    </div>
  );
}
