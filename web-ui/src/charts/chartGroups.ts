import type { Statistics } from '../api/types';

export interface ChartGroup {
  title: string;
  unit: string;
  series: { name: string; label: string; points: [number, number][] }[];
}

const GROUPS: { title: string; members: [string, string][] }[] = [
  { title: 'CPU', members: [['cpu', 'Used']] },
  { title: 'Memory', members: [['memory', 'Used']] },
  {
    title: 'Disk',
    members: [
      ['disk_read', 'Read'],
      ['disk_write', 'Written'],
    ],
  },
  {
    title: 'Network',
    members: [
      ['network_received', 'Received'],
      ['network_sent', 'Sent'],
    ],
  },
  {
    title: 'Disk requests',
    members: [
      ['disk_read_requests', 'Reads'],
      ['disk_write_requests', 'Writes'],
    ],
  },
  { title: 'Efficiency: CPU time got of what was asked for', members: [['efficiency', 'Got']] },
  {
    title: 'Pressure: time in which something waited',
    members: [
      ['cpu_pressure', 'For a CPU'],
      ['memory_pressure', 'For memory'],
      ['io_pressure', 'For disks'],
    ],
  },
];

/** Puts series that belong together, such as read and written, into one chart; leaves out charts without a point. */
export function chartGroups(statistics: Statistics): ChartGroup[] {
  return GROUPS.map(({ title, members }) => {
    const series = members.flatMap(([name, label]) => {
      const found = statistics.series?.find((candidate) => candidate.name === name);
      if (!found || (found.points ?? []).length === 0) return [];
      return [{ name, label, unit: String(found.unit), points: found.points as unknown as [number, number][] }];
    });
    return { title, unit: series[0]?.unit ?? 'ratio', series };
  }).filter((group) => group.series.length > 0);
}

/** An axis with marks at round numbers of its unit: quarters of a ratio, powers of two of bytes. */
export function scaleOf(group: ChartGroup): { max: number; interval: number } {
  if (group.unit === 'ratio') return { max: 1, interval: 0.25 };
  const largest = Math.max(
    1,
    ...group.series.map((series) => series.points.reduce((most, [, value]) => Math.max(most, value), 0)),
  );
  const interval = 2 ** Math.max(0, Math.ceil(Math.log2(largest / 4)));
  return { max: Math.max(1, Math.ceil(largest / interval)) * interval, interval };
}
