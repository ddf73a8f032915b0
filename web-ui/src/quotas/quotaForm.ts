import { ProblemError } from '../api/problem';
import type { Named, Quota, QuotaUsage } from '../api/types';
import type { Choice, Field, Values } from '../common/fields';
import { bytes, count } from '../common/format';

const GIB = 2 ** 30;
const LINE = /^(.+?)\s+(\d+)\s+(\d+(?:\.\d+)?)$/;

export const ENFORCEMENTS: Choice[] = [
  { value: 'enforced', label: 'Starts beyond it are refused' },
  { value: 'audit', label: 'Starts beyond it are told of' },
  { value: 'disabled', label: 'Nothing: it only counts' },
];

const gibibytes = (value: number) => String(value / GIB);
const nameOf = (clusters: readonly Named[], id: string) => clusters.find((cluster) => cluster.id === id)?.name ?? id;

export function quotaValues(quota: Quota | undefined, clusters: readonly Named[]): Values {
  return {
    name: quota?.name ?? '',
    description: quota?.description ?? '',
    dataCenterId: quota?.dataCenterId ?? '',
    enforcement: quota?.enforcement ?? 'enforced',
    vcpus: String(quota?.vcpus ?? 0),
    memoryBytes: gibibytes(quota?.memoryBytes ?? 0),
    thresholdPercent: String(quota?.thresholdPercent ?? 80),
    clusters: (quota?.clusters ?? [])
      .map((limit) => `${nameOf(clusters, limit.clusterId)} ${limit.vcpus} ${gibibytes(limit.memoryBytes)}`)
      .join('\n'),
  };
}

export function quotaFields(dataCenters: Choice[], isNew: boolean): Field[] {
  return [
    { name: 'name', label: 'Name', required: true },
    { name: 'description', label: 'Description' },
    {
      name: 'dataCenterId',
      label: 'Data center',
      type: 'select',
      required: true,
      options: dataCenters,
      shown: () => isNew,
    },
    { name: 'enforcement', label: 'What it does', type: 'select', options: ENFORCEMENTS },
    { name: 'vcpus', label: 'Virtual CPUs', type: 'number', min: 0, help: 'Of VMs that run; 0: no limit' },
    { name: 'memoryBytes', label: 'Memory', type: 'number', unit: 'GiB', min: 0, help: 'Likewise' },
    { name: 'thresholdPercent', label: 'Warn above', type: 'number', unit: '% of a limit', min: 1, max: 100 },
    {
      name: 'clusters',
      label: 'Further limits in single clusters',
      type: 'textarea',
      help: 'A line each: its name, virtual CPUs, memory in GiB, such as “production 16 64”; 0 is no limit',
    },
  ];
}

/** The request body; the data center is only said of a new one, since it cannot change. */
export function quotaBody(values: Values, clusters: readonly Named[], isNew: boolean) {
  return {
    name: String(values.name).trim(),
    description: String(values.description),
    ...(isNew ? { dataCenterId: String(values.dataCenterId) } : {}),
    enforcement: String(values.enforcement),
    vcpus: Number(values.vcpus),
    memoryBytes: Math.round(Number(values.memoryBytes) * GIB),
    thresholdPercent: Number(values.thresholdPercent),
    clusters: clusterLimits(String(values.clusters), clusters),
  };
}

function clusterLimits(text: string, clusters: readonly Named[]) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, vcpus, memory] = LINE.exec(line) ?? [];
      if (!name) throw unreadable(line, `“${line}” cannot be read; a line is such as “production 16 64”.`);
      const cluster = clusters.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (!cluster) throw unreadable(line, `There is no cluster “${name}”.`);
      return { clusterId: cluster.id, vcpus: Number(vcpus), memoryBytes: Math.round(Number(memory) * GIB) };
    });
}

function unreadable(value: string, message: string): ProblemError {
  return new ProblemError({
    title: 'The limits cannot be read',
    status: 400,
    errors: [{ field: 'clusters', value, message }],
  });
}

export interface Share {
  label: string;
  text: string;
  /** Null where there is no limit. */
  ratio: number | null;
}

/** What is used of each limit, those of the data center first, which are shown without a limit too. */
export function sharesOf(quota: Quota, usage: QuotaUsage | undefined, clusters: readonly Named[]): Share[] {
  const share = (label: string, used: number | undefined, limit: number, words: (amount: number) => string): Share => ({
    label,
    text: `${used === undefined ? '–' : words(used)}${limit > 0 ? ` of ${words(limit)}` : ', no limit'}`,
    ratio: limit > 0 && used !== undefined ? used / limit : null,
  });
  const cpus = (amount: number) => count(amount, 'CPU');
  const inCluster = (id: string) => usage?.clusters.find((cluster) => cluster.clusterId === id);
  return [
    share('CPUs', usage?.vcpus, quota.vcpus, cpus),
    share('Memory', usage?.memoryBytes, quota.memoryBytes, bytes),
    ...quota.clusters.flatMap((limit) => {
      const used = inCluster(limit.clusterId);
      const name = nameOf(clusters, limit.clusterId);
      return [
        ...(limit.vcpus > 0 ? [share(`CPUs in ${name}`, usage && (used?.vcpus ?? 0), limit.vcpus, cpus)] : []),
        ...(limit.memoryBytes > 0
          ? [share(`Memory in ${name}`, usage && (used?.memoryBytes ?? 0), limit.memoryBytes, bytes)]
          : []),
      ];
    }),
  ];
}
