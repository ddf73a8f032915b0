import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import type { Cluster, ClusterSetting } from '../src/api/types';

/** What a component that asks the engine, and links, draws first. */
export const render = (node: React.ReactNode) =>
  renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>{node}</MemoryRouter>
    </QueryClientProvider>,
  );

export const cluster = {
  id: 'c',
  schedulingPolicy: 'evenly_distributed',
  highUtilizationPercent: 80,
  cpuOverCommitDurationMinutes: 2,
  balancing: { mode: 'review', aggressiveness: 1, memoryHighPercent: 90 },
} as unknown as Cluster;

const setting = (
  name: string,
  unit: ClusterSetting['unit'],
  minimum: number,
  maximum: number,
  defaultValue: number,
): ClusterSetting => ({ name, title: `Title of ${name}`, description: '', unit, minimum, maximum, defaultValue });

/** As the engine serves them. */
export const settings: ClusterSetting[] = [
  setting('memoryOvercommitPercent', 'percent', 100, 400, 100),
  setting('balancing.aggressiveness', 'level', 1, 5, 1),
  setting('highUtilizationPercent', 'percent', 1, 100, 80),
  setting('cpuOverCommitDurationMinutes', 'minutes', 0, 1440, 2),
  setting('balancing.memoryHighPercent', 'percent', 1, 100, 90),
  setting('balancing.diskLimitBytesPerSecond', 'bytes_per_second', 0, 1e12, 0),
  setting('balancing.efficiencyLowPercent', 'percent', 0, 100, 70),
  setting('balancing.migrationsPerHost', 'migrations', 1, 16, 2),
  setting('powerSaving.lowUtilizationPercent', 'percent', 0, 100, 20),
  setting('powerSaving.hostsInReserve', 'hosts', 0, 1000, 0),
];

/** What that throws; fails where it throws nothing. */
export function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
