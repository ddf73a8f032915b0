// What the fake engine answers to GET.
import { collections, events, usageOf } from './state.mjs';

const all = (name) => [...collections[name].values()];
const startedAt = new Date().toISOString();
const FILTERS = ['clusterId', 'hostId', 'state', 'templateId', 'subjectId', 'severity', 'parentId'];

function view(collection, object) {
  if (collection === 'hosts') return { ...object, usage: usageOf(object) };
  if (collection === 'templates')
    return { ...object, vmCount: all('vms').filter((vm) => vm.templateId === object.id).length };
  if (collection === 'instance-types')
    return { ...object, vmCount: all('vms').filter((vm) => vm.instanceTypeId === object.id).length };
  if (collection === 'tokens' || collection === 'join-tokens')
    return { ...object, secret: undefined, token: undefined, command: undefined };
  if (collection === 'vms')
    return { ...object, hostName: object.hostId ? collections.hosts.get(object.hostId)?.name : null };
  return object;
}

function list(collection, params) {
  let items = collection === 'events' ? events : all(collection);
  for (const name of FILTERS) {
    const wanted = params.get(name);
    if (wanted) items = items.filter((item) => (name === 'subjectId' ? item.subject?.id : item[name]) === wanted);
  }
  const q = params.get('q')?.toLowerCase();
  if (q) items = items.filter((item) => item.name.toLowerCase().includes(q));
  const sort = params.get('sort');
  if (sort && collection !== 'events') {
    const name = sort.replace('-', '');
    const sign = sort.startsWith('-') ? -1 : 1;
    items = [...items].sort((a, b) => sign * String(a[name]).localeCompare(String(b[name])));
  }
  const from = Number(params.get('cursor') ?? 0);
  const to = from + Number(params.get('limit') ?? 100);
  return {
    items: items.slice(from, to).map((item) => view(collection, item)),
    nextCursor: to < items.length ? String(to) : null,
  };
}

const byName = (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true });
const vmNode = ({ id, name, state, clusterId, hostId }) => ({ id, name, state, clusterId, hostId });
const hostNode = ({ id, name, state, clusterId }) => {
  const vmCount = all('vms').filter((vm) => vm.hostId === id).length;
  return { id, name, state, clusterId, vmCount };
};
const hostNodes = (wanted) => all('hosts').filter(wanted).sort(byName).map(hostNode);
const vmNodes = (wanted) => all('vms').filter(wanted).sort(byName).map(vmNode);

function tree() {
  const count = (collection, id) => all(collection).filter((one) => one.clusterId === id).length;
  return {
    dataCenters: all('data-centers').map((dataCenter) => ({
      id: dataCenter.id,
      name: dataCenter.name,
      clusters: all('clusters')
        .filter((cluster) => cluster.dataCenterId === dataCenter.id)
        .map(({ id, name }) => ({ id, name, hostCount: count('hosts', id), vmCount: count('vms', id) })),
    })),
  };
}

function branch(level, id, params) {
  if (level === 'clusters') {
    const vms = vmNodes((vm) => vm.clusterId === id && !vm.hostId);
    return { id, hosts: hostNodes((host) => host.clusterId === id), vms };
  }
  if (level === 'hosts') return { id, vms: vmNodes((vm) => vm.hostId === id) };
  const named = (one) => one.name.toLowerCase().includes(params.get('q').toLowerCase());
  const vms = vmNodes(named);
  const parents = new Set(vms.map((vm) => vm.hostId));
  return { hosts: hostNodes((host) => named(host) || parents.has(host.id)), vms, complete: true };
}

export function placement(vm, afresh = false) {
  const hosts = all('hosts').filter((host) => host.clusterId === vm.clusterId);
  const verdicts = hosts.map((host) => {
    const base = {
      hostId: host.id,
      hostName: host.name,
      filter: null,
      reason: null,
      scores: [],
      total: null,
      further: [],
    };
    if (host.id === vm.hostId && !afresh)
      return { ...base, verdict: 'refused', filter: 'Migration', reason: 'The VM runs here already' };
    if (host.state !== 'up')
      return {
        ...base,
        verdict: 'refused',
        filter: 'HostUp',
        reason: `It is ${host.state.replace('_', ' ')}.`,
        further: [{ filter: 'Memory', reason: 'It needs 8192 MiB, 1024 MiB of 262144 MiB are free.' }],
      };
    const usage = usageOf(host);
    const scores = [
      { weight: 'OptimalForCpuEvenDistribution', score: 1 - usage.cpuUsage, factor: 1 },
      {
        weight: 'OptimalForMemoryEvenDistribution',
        score: 1 - usage.memoryUsedBytes / host.facts.memoryBytes,
        factor: 0.5,
      },
    ];
    return { ...base, verdict: 'fits', scores, total: scores[0].score + scores[1].score / 2 };
  });
  const best = verdicts.filter((verdict) => verdict.verdict === 'fits').sort((a, b) => b.total - a.total)[0];
  if (best) best.verdict = 'chosen';
  const summary = best
    ? `${best.hostName} fits best; ${verdicts.filter((v) => v.verdict === 'refused').length} of ${hosts.length} hosts were refused`
    : 'No host fits';
  return { chosenHostId: best?.hostId ?? null, summary, hosts: verdicts };
}

function statistics(id) {
  const wave = (at, slow, spread) =>
    Math.abs(Math.sin(at / slow + id.charCodeAt(0)) * 0.5 + Math.sin(at / (slow / 7)) * spread);
  const end = Math.floor(Date.now() / 10_000);
  const points = (scale, slow) =>
    Array.from({ length: 180 }, (_, index) => [
      (end - 179 + index) * 10_000,
      Math.min(scale, wave(end + index, slow, 0.12) * scale),
    ]);
  const series = [
    ['cpu', 'ratio', 0.9, 40],
    ['memory', 'bytes', 4e9, 300],
    ['disk_read', 'bytes_per_second', 3e7, 20],
    ['disk_write', 'bytes_per_second', 1e7, 33],
    ['network_received', 'bytes_per_second', 5e6, 25],
    ['network_sent', 'bytes_per_second', 2e6, 18],
  ];
  return {
    intervalSeconds: 10,
    series: series.map(([name, unit, scale, slow]) => ({ name, unit, points: points(scale, slow) })),
  };
}

function status() {
  const hosts = all('hosts');
  const vms = all('vms');
  return {
    version: '0.1.0-dev',
    leader: { replicaId: 'engine-1', epoch: 7, isThisReplica: true },
    startedAt,
    hosts: { total: hosts.length, up: hosts.filter((host) => host.state === 'up').length },
    vms: { total: vms.length, running: vms.filter((vm) => vm.state === 'up').length },
  };
}

function quotaUsage(id) {
  const running = all('vms').filter((vm) => vm.quotaId === id && vm.hostId);
  const sum = (vms) => ({
    vms: vms.length,
    vcpus: vms.reduce((total, vm) => total + vm.hardware.coresPerSocket, 0),
    memoryBytes: vms.reduce((total, vm) => total + vm.hardware.memoryBytes, 0),
  });
  const clusterIds = [...new Set(running.map((vm) => vm.clusterId))];
  const clusters = clusterIds.map((clusterId) => ({
    clusterId,
    ...sum(running.filter((vm) => vm.clusterId === clusterId)),
  }));
  return { ...sum(running), clusters };
}

/** By memory alone. */
function room(clusterId, typeId) {
  const type = collections['instance-types'].get(typeId);
  const hosts = all('hosts').filter((host) => host.clusterId === clusterId);
  const up = hosts.filter((host) => host.state === 'up');
  const fitting = up.map((host) => ({
    hostId: host.id,
    hostName: host.name,
    more: Math.floor((host.facts.memoryBytes - usageOf(host).memoryReservedBytes) / type.memoryBytes),
  }));
  const refusal = (filter, refused, words) =>
    refused.length ? [{ filter, hosts: refused.length, example: `${refused[0].name}: ${words}` }] : [];
  return {
    more: fitting.reduce((sum, host) => sum + host.more, 0),
    atLeast: false,
    hosts: fitting.filter((host) => host.more > 0),
    refusals: [
      ...refusal(
        'HostUp',
        hosts.filter((host) => host.state !== 'up'),
        'It is not up.',
      ),
      ...refusal('Memory', up, 'Its memory is promised.'),
    ],
  };
}

function capacity(hosts) {
  const up = hosts.filter((host) => host.state === 'up');
  const sum = (of) => up.reduce((total, host) => total + of(host), 0);
  const cpuThreads = sum((host) => host.facts.cpuThreads);
  const memoryBytes = sum((host) => host.facts.memoryBytes);
  const memoryUsedBytes = sum((host) => usageOf(host).memoryUsedBytes);
  return {
    hosts: hosts.length,
    hostsUp: up.length,
    hostsMeasured: up.length,
    vms: hosts.reduce((total, host) => total + usageOf(host).vmCount, 0),
    cpuThreads,
    memoryBytes,
    cpuUsage: cpuThreads ? sum((host) => usageOf(host).cpuUsage * host.facts.cpuThreads) / cpuThreads : null,
    memoryUsedBytes,
    memoryUsage: memoryBytes ? memoryUsedBytes / memoryBytes : null,
  };
}

function overview() {
  const unwell = all('hosts').filter((host) => host.stateReason);
  const complaints = unwell.map(({ id, name, state, stateReason }) => ({
    hostId: id,
    hostName: name,
    state,
    words: stateReason,
  }));
  return { capacity: capacity(all('hosts')), complaints, complainedOf: unwell.length };
}

/** Some of the engine's units: one of each kind. */
const ratio = {
  name: 'VCpuToPhysicalCpuRatio',
  description: 'Virtual CPUs a thread at which what is promised counts as full.',
  minimum: 1,
  maximum: 64,
  defaultValue: 8,
};
const guests = {
  name: 'MaxGuests',
  description: 'VMs that a host may have.',
  minimum: 1,
  maximum: 10_000,
  defaultValue: 10_000,
};
const unit = (type, name, description, optional, parameters = []) => ({
  type,
  name,
  description,
  optional,
  parameters,
});
const setting = (name, title, unit, minimum, maximum, defaultValue) => ({
  name,
  title,
  description: '',
  unit,
  minimum,
  maximum,
  defaultValue,
});
const UNITS = {
  clusterSettings: [
    setting('memoryOvercommitPercent', 'Memory to give out', 'percent', 100, 400, 100),
    setting('balancing.aggressiveness', 'Aggressiveness', 'level', 1, 5, 1),
    setting('highUtilizationPercent', 'CPU is busy above', 'percent', 1, 100, 80),
    setting('cpuOverCommitDurationMinutes', 'Busy for at least', 'minutes', 0, 1440, 2),
    setting('balancing.memoryHighPercent', 'Memory is busy above', 'percent', 1, 100, 90),
    setting('balancing.diskLimitBytesPerSecond', 'Disks of a host carry', 'bytes_per_second', 0, 1e12, 0),
    setting('balancing.migrationsPerHost', 'Migrations of a host', 'migrations', 1, 16, 2),
  ],
  units: [
    unit('filter', 'HostUp', 'The host is up.', false),
    unit('filter', 'ClusterInMaintenance', 'Only highly available VMs start.', true),
    unit('filter', 'GuestLimit', 'The host has fewer VMs than MaxGuests.', true, [guests]),
    unit('filter', 'CPUOverloaded', "The host's CPU is not over HighUtilization.", true),
    unit('weight', 'OptimalForCpuEvenDistribution', 'The less CPU is used and promised, the better.', true, [ratio]),
    unit('weight', 'OptimalForMemoryEvenDistribution', 'The less memory is promised, the better.', true),
    unit('weight', 'OptimalForMemoryPowerSaving', 'The more memory is promised, the better.', true),
    unit('weight', 'OptimalForEvenGuestDistribution', 'The fewer VMs, the better.', true),
    unit('weight', 'VmAffinityGroups', 'Soft affinity and anti-affinity to other VMs.', true),
  ],
  builtInPolicies: [
    {
      name: 'none',
      filters: ['CPUOverloaded'],
      weights: { OptimalForMemoryEvenDistribution: 2, VmAffinityGroups: 32 },
    },
    {
      name: 'evenly_distributed',
      filters: ['CPUOverloaded'],
      weights: { OptimalForCpuEvenDistribution: 2, OptimalForMemoryEvenDistribution: 2, VmAffinityGroups: 32 },
    },
  ],
};

/** The first two members of each group that keeps VMs apart are said to share their host. */
function brokenRules(clusterId) {
  return all('affinity-groups')
    .filter((group) => group.clusterId === clusterId && group.vmRule.endsWith('anti_affinity'))
    .flatMap((group) =>
      group.members.slice(0, 2).map(({ vmId }) => {
        const vm = collections.vms.get(vmId);
        return {
          groupId: group.id,
          groupName: group.name,
          vmId,
          vmName: vm.name,
          hostId: vm.hostId,
          hard: group.vmRule.startsWith('hard'),
          reason: `VM ${vm.name} shares its fault domain with others of the group.`,
        };
      }),
    );
}

export function read(path, params) {
  const [, collection, id, part] = path.split('/');
  if (path === '/session') return { username: 'admin', expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  if (path === '/status') return status();
  if (path === '/overview') return overview();
  if (path === '/tree') return tree();
  if (collection === 'tree') return branch(id, part, params);
  if (path === '/events') return list('events', params);
  if (path === '/scheduling-units') return UNITS;
  if (path === '/affinity-groups/broken-rules') return brokenRules(params.get('clusterId'));
  if (collection === 'clusters' && part === 'capacity')
    return capacity(all('hosts').filter((host) => host.clusterId === id));
  if (collection === 'clusters' && part === 'placement') return placement({ clusterId: id });
  if (collection === 'clusters' && part === 'room') return room(id, params.get('instanceTypeId'));
  if (collection === 'quotas' && part === 'usage') return quotaUsage(id);
  if (!collections[collection]) return undefined;
  if (!id) return list(collection, params);
  const object = collections[collection].get(id);
  if (part === 'statistics') return statistics(id);
  if (part === 'placement') return placement(object, params.get('afresh') === 'true');
  return object && view(collection, object);
}
