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

export function seed(vmCount = 40) {
  const dc = add('data-centers', { name: 'frankfurt', description: 'Main site' });
  const policy = {
    schedulingPolicy: 'evenly_distributed',
    highUtilizationPercent: 80,
    cpuOverCommitDurationMinutes: 2,
    memoryOvercommitPercent: 100,
    cpuModel: 'Skylake-Server',
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
  return { hosts };
}
