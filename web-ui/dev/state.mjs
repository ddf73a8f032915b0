// The fake engine's inventory: a data center with two clusters, hosts, and VMs enough to fill the pages.
import { randomUUID } from 'node:crypto';

export const GIB = 2 ** 30;
const now = () => new Date().toISOString();
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

export const collections = Object.fromEntries(
  [
    'data-centers',
    'clusters',
    'hosts',
    'vms',
    'templates',
    'images',
    'storage-domains',
    'networks',
    'join-tokens',
    'tokens',
    'operations',
    'affinity-groups',
    'balancing-plans',
    'scheduling-policies',
    'affinity-labels',
    'quotas',
    'instance-types',
  ].map((name) => [name, new Map()]),
);
export const events = [];

export function add(collection, fields) {
  const object = { id: randomUUID(), revision: 1, createdAt: now(), updatedAt: now(), ...fields };
  collections[collection].set(object.id, object);
  return object;
}

const hardware = (cpus, gib) => ({
  sockets: 1,
  coresPerSocket: cpus,
  threadsPerCore: 1,
  memoryBytes: gib * GIB,
  guaranteedMemoryBytes: (gib * GIB) / 2,
  firmware: 'uefi',
  cpuMode: 'host_model',
  tpm: false,
  rng: true,
  graphics: true,
  guestAgent: true,
});

export function newVm(fields) {
  return add('vms', {
    description: '',
    templateId: null,
    hardware: hardware(2, 4),
    disks: [],
    nics: [],
    highAvailability: { enabled: false, priority: 'medium' },
    migration: 'allowed',
    state: 'down',
    stateReason: null,
    hostId: null,
    startedAt: null,
    operationId: null,
    usage: { cpuUsage: null, memoryUsedBytes: null },
    ...fields,
  });
}

export function run(vm, hostId) {
  vm.hostId = hostId;
  vm.startedAt ??= now();
  vm.usage = {
    cpuUsage: 0.05 + Math.random() * 0.6,
    memoryUsedBytes: vm.hardware.memoryBytes * (0.3 + Math.random() / 2),
  };
}

export function usageOf(host) {
  const vms = [...collections.vms.values()].filter((vm) => vm.hostId === host.id);
  const sum = (of) => vms.reduce((total, vm) => total + of(vm), 0);
  const up = host.state === 'up';
  const vcpus = sum((vm) => vm.hardware.coresPerSocket);
  return {
    vmCount: vms.length,
    vcpus,
    memoryReservedBytes: sum((vm) => vm.hardware.memoryBytes),
    cpuUsage: up ? Math.min(0.97, 0.04 + vcpus / 90) : null,
    memoryUsedBytes: up ? Math.min(250 * GIB, 6 * GIB + sum((vm) => vm.usage.memoryUsedBytes ?? 0)) : null,
  };
}

function seedScheduling(cluster, hosts) {
  const vms = [...collections.vms.values()].filter((vm) => vm.clusterId === cluster.id && vm.state === 'up');
  const change = (host, cpuBefore, cpuAfter, memoryBefore, memoryAfter) => ({
    hostId: host.id,
    hostName: host.name,
    cpuBefore,
    cpuAfter,
    memoryBefore,
    memoryAfter,
  });
  const move = (vm, state, from, to, note = null) => ({
    vmId: vm.id,
    vmName: vm.name,
    from,
    to,
    costBytes: 3.1e9,
    costMillis: 11_400,
    downtimeMillis: 180,
    state,
    note,
    endedAt: state === 'planned' ? null : now(),
    words: `move ${vm.name} from ${from.hostName} to ${to.hostName}`,
  });
  const [first, second, third] = hosts;
  const steps = [
    [change(first, 0.91, 0.84, 0.62, 0.58), change(second, 0.31, 0.38, 0.41, 0.45)],
    [change(first, 0.84, 0.74, 0.58, 0.5), change(third, 0.38, 0.52, 0.33, 0.41)],
    [change(first, 0.74, 0.66, 0.5, 0.46), change(second, 0.38, 0.46, 0.45, 0.49)],
  ];
  const plan = (name, state, states, more) =>
    add('balancing-plans', {
      name,
      clusterId: cluster.id,
      state,
      reason: `${first.name} used more than 80 % of its CPU for 2 minutes`,
      outcome: null,
      moves: states.map((moveState, index) =>
        move(vms[index], moveState, ...steps[index], moveState === 'skipped' ? 'It would not help any more.' : null),
      ),
      ...more,
    });
  plan('plan-2', 'proposed', ['planned', 'planned', 'planned']);
  plan('plan-1', 'done', ['moved', 'skipped', 'moved'], {
    outcome: '2 of 3 moves were made.',
    createdAt: ago(190),
  });
  const group = (name, vmRule, level, members, hostRule, hostIds) =>
    add('affinity-groups', {
      name,
      description: '',
      clusterId: cluster.id,
      vmRule,
      level,
      members: members.map((vm) => ({ vmId: vm.id, partition: null })),
      hostRule,
      hostIds,
    });
  group('web-apart', 'anti_affinity', 'fault_domain', vms.slice(0, 5), 'none', []);
  group('licensed', 'none', 'host', vms.slice(5, 7), 'hard_affinity', [first.id, second.id]);
  add('affinity-labels', {
    name: 'licence-db',
    description: 'Hosts that the database is licensed for',
    hostIds: [first.id, second.id],
    vmIds: [vms[0].id],
  });
  add('quotas', {
    name: 'team-a',
    description: '',
    dataCenterId: cluster.dataCenterId,
    enforcement: 'enforced',
    vcpus: 64,
    memoryBytes: 256 * GIB,
    clusters: [{ clusterId: cluster.id, vcpus: 16, memoryBytes: 0 }],
    thresholdPercent: 80,
  });
  for (const [name, cores, gib] of [
    ['small', 2, 4],
    ['large', 8, 32],
  ])
    add('instance-types', {
      name,
      description: '',
      sockets: 1,
      coresPerSocket: cores,
      threadsPerCore: 1,
      memoryBytes: gib * GIB,
      guaranteedMemoryBytes: gib * GIB,
    });
  add('scheduling-policies', {
    name: 'packed',
    description: 'Fills hosts',
    filters: ['CPUOverloaded', 'GuestLimit'],
    weights: { OptimalForMemoryPowerSaving: 3, VmAffinityGroups: 32 },
    parameters: { MaxGuests: 40 },
  });
}

export function seed(vmCount = 40) {
  const dc = add('data-centers', { name: 'frankfurt', description: 'Main site' });
  const policy = {
    schedulingPolicy: 'evenly_distributed',
    policyInForce: 'evenly_distributed',
    highUtilizationPercent: 80,
    cpuOverCommitDurationMinutes: 2,
    memoryOvercommitPercent: 100,
    cpuModel: 'Skylake-Server',
    customPolicyId: null,
    balancing: {
      mode: 'review',
      aggressiveness: 2,
      memoryHighPercent: 90,
      criticalPercent: 95,
      migrationsPerHost: 2,
      migrationsPerCluster: 8,
    },
    admission: { mode: 'warn', hostFailures: 1 },
    fencing: {
      enabled: true,
      stopWhenSilentPercent: 50,
      skipIfReachableThroughOthers: true,
      startingGraceSeconds: 180,
      switchOnAfterFence: true,
    },
  };
  const production = add('clusters', {
    name: 'production',
    description: 'Customer workloads',
    dataCenterId: dc.id,
    ...policy,
  });
  const lab = add('clusters', { name: 'test-lab', description: '', dataCenterId: dc.id, ...policy });
  const states = ['up', 'up', 'up', 'maintenance', 'non_responsive', 'up'];
  const hosts = states.map((state, index) =>
    add('hosts', {
      name: `node-${index + 1}.example.org`,
      clusterId: index < 5 ? production.id : lab.id,
      address: `10.0.0.${index + 11}`,
      port: 7443,
      state,
      stateReason: state === 'non_responsive' ? 'No heartbeat for 42 s; waiting to be fenced' : null,
      facts: {
        cpuModel: 'Intel Xeon Gold 6230',
        cpuVendor: 'Intel',
        sockets: 2,
        coresPerSocket: 20,
        threadsPerCore: 2,
        cpuThreads: 80,
        memoryBytes: 256 * GIB,
        numaNodes: [0, 1].map((node) => ({ node, memoryBytes: 128 * GIB, cpus: [] })),
        virtualization: 'kvm',
        versions: { agent: '0.1.0', libvirt: '9.0.0', qemu: '7.2.9', kernel: '6.1.0-18', os: 'Debian 12' },
      },
      powerManagement:
        index === 0
          ? {
              enabled: true,
              agents: [
                { type: 'ipmilan', address: '10.9.0.11', port: 623, username: 'fence', options: { lanplus: '1' } },
              ],
            }
          : { enabled: false, agents: [] },
      certificateExpiresAt: new Date(Date.now() + 300 * 86_400_000).toISOString(),
      createdAt: ago(60 * 24 * 30),
    }),
  );
  const shared = add('storage-domains', {
    name: 'shared-nfs',
    dataCenterId: dc.id,
    kind: 'shared_folder',
    path: '/srv/kvorum/shared',
    hostId: null,
    state: 'active',
    capacityBytes: 8192 * GIB,
    availableBytes: 5100 * GIB,
  });
  const network = add('networks', {
    name: 'default',
    dataCenterId: dc.id,
    kind: 'nat',
    bridge: 'virbr0',
    subnet: '192.168.122.0/24',
  });
  add('networks', { name: 'servers', dataCenterId: dc.id, kind: 'bridge', bridge: 'br0', subnet: null });
  const image = add('images', {
    name: 'debian-12-cloud',
    storageDomainId: shared.id,
    format: 'qcow2',
    state: 'ready',
    uploadedBytes: 0.4 * GIB,
    lengthBytes: Math.round(0.4 * GIB),
    virtualSizeBytes: 10 * GIB,
    sha256: 'd0a4c3f1b2'.repeat(6) + 'abcd',
  });
  const disk = { sizeBytes: 10 * GIB, format: 'qcow2', storageDomainId: shared.id };
  const template = add('templates', {
    name: 'debian-12',
    description: 'Debian 12 with cloud-init',
    clusterId: null,
    dataCenterId: dc.id,
    hardware: hardware(2, 2),
    disks: [{ id: randomUUID(), imageId: image.id, ...disk }],
    vmCount: 0,
  });
  const kinds = ['web', 'db', 'build', 'mail'];
  for (let index = 0; index < vmCount; index += 1) {
    const state = ['up', 'up', 'up', 'down', 'up', 'paused', 'up', 'suspended'][index % 8];
    const vm = newVm({
      name: `${kinds[index % 4]}-${String(Math.floor(index / 4) + 1).padStart(2, '0')}`,
      clusterId: index % 6 === 5 ? lab.id : production.id,
      templateId: template.id,
      hardware: hardware([2, 4, 8][index % 3], [2, 8, 16][index % 3]),
      disks: [{ id: randomUUID(), ...disk, bootOrder: 1, allocatedBytes: 3.4 * GIB }],
      nics: [
        {
          id: randomUUID(),
          mac: `52:54:00:00:00:${(index % 256).toString(16).padStart(2, '0')}`,
          networkId: network.id,
          linkUp: true,
        },
      ],
      highAvailability: { enabled: index % 3 === 0, priority: 'high' },
      state,
      createdAt: ago(600 + index * 30),
      startedAt: state === 'up' ? ago(300 + index) : null,
    });
    if (state === 'up' || state === 'paused') run(vm, vm.clusterId === lab.id ? hosts[5].id : hosts[index % 3].id);
  }
  seedScheduling(production, hosts);
  return { hosts };
}
