// What the fake engine does when asked for a change.
import { randomUUID } from 'node:crypto';
import { cancel, changed, operate, record } from './live.mjs';
import { placement } from './reads.mjs';
import { add, collections, newVm, run, usageOf } from './state.mjs';

const KINDS = {
  'data-centers': 'data_center',
  clusters: 'cluster',
  hosts: 'host',
  vms: 'vm',
  templates: 'template',
  images: 'image',
  'storage-domains': 'storage_domain',
  networks: 'network',
  'join-tokens': 'join_token',
  tokens: 'token',
  'affinity-groups': 'affinity_group',
  'balancing-plans': 'balancing_plan',
  'scheduling-policies': 'scheduling_policy',
  'affinity-labels': 'affinity_label',
  quotas: 'quota',
  'instance-types': 'instance_type',
};
const refused = (status, title, more = {}) => ({ status, body: { type: 'about:blank', title, status, ...more } });
const accepted = (operation) => ({ status: 202, body: operation });
const subjectOf = (kind, { id, name }) => ({ kind, id, name });

function become(kind, object, fields) {
  Object.assign(object, fields);
  changed(kind, object);
}

const VM_WORK = {
  start: ['starting', ['place', 'prepare_disks', 'start_domain'], 'up', 'started'],
  shutdown: ['shutting_down', ['ask_guest', 'wait_for_guest'], 'down', 'was shut down'],
  reboot: ['rebooting', ['ask_guest'], 'up', 'rebooted'],
  reset: ['rebooting', ['reset_domain'], 'up', 'was reset'],
  'force-off': ['shutting_down', ['destroy_domain'], 'down', 'was forced off'],
  pause: ['up', ['pause_domain'], 'paused', 'was paused'],
  resume: ['paused', ['resume_domain'], 'up', 'was resumed'],
  suspend: ['suspending', ['save_memory'], 'suspended', 'was suspended'],
  migrate: ['migrating', ['place', 'prepare_target', 'copy_memory', 'switch_over'], 'up', 'migrated'],
};

function vmWork(vm, action, body) {
  const [during, steps, after, said] = VM_WORK[action];
  const where = placement(vm);
  const target = body.hostId ?? where.chosenHostId;
  if ((action === 'start' || action === 'migrate') && !target) {
    return refused(409, 'No host fits', { detail: `No host of the cluster can take ${vm.name}`, explanation: where });
  }
  become('vm', vm, { state: during });
  const type = `${action.replace('-', '_')}_vm`;
  const work = () => {
    if (after === 'down' || after === 'suspended') Object.assign(vm, { hostId: null, startedAt: null, usage: {} });
    else if (action === 'start' || action === 'migrate' || !vm.hostId) run(vm, target);
    become('vm', vm, { state: after });
    return `VM ${vm.name} ${said}`;
  };
  return accepted(
    operate(type, subjectOf('vm', vm), steps, work, { explanation: action === 'migrate' ? where : null }),
  );
}

function createVm(body) {
  if (!/^[\w.-]+$/.test(body.name ?? '')) {
    const message = 'A name has letters, digits, dots, dashes';
    return refused(422, 'The VM cannot be made like this', { errors: [{ field: 'name', value: body.name, message }] });
  }
  if ([...collections.vms.values()].some((vm) => vm.name === body.name)) {
    return refused(409, 'The name is taken', {
      errors: [{ field: 'name', value: body.name, message: `There is a VM ${body.name} already` }],
    });
  }
  const template = collections.templates.get(body.templateId);
  const { name, clusterId, templateId, instanceTypeId = null, hardware, highAvailability } = body;
  const { sockets, coresPerSocket, threadsPerCore, memoryBytes } = collections['instance-types'].get(
    instanceTypeId,
  ) ?? { ...template.hardware, ...hardware };
  const vm = newVm({
    name,
    clusterId,
    templateId,
    instanceTypeId,
    hardware: { ...template.hardware, ...hardware, sockets, coresPerSocket, threadsPerCore, memoryBytes },
    highAvailability: highAvailability ?? { enabled: false, priority: 'medium' },
    disks: template.disks.map((disk) => ({ ...disk, id: randomUUID(), bootOrder: 1, allocatedBytes: 2e8 })),
    nics: body.nics.map(({ networkId }) => ({ id: randomUUID(), mac: '52:54:00:12:34:56', networkId, linkUp: true })),
    state: 'provisioning',
  });
  changed('vm', vm);
  const work = () => {
    become('vm', vm, { state: 'down' });
    if (body.start) vmWork(vm, 'start', {});
    return `VM ${name} was made`;
  };
  return accepted(operate('create_vm', subjectOf('vm', vm), ['clone_disks', 'define'], work));
}

function hostWork(host, action, body) {
  const subject = subjectOf('host', host);
  if (action === 'power-management') {
    const agents = body.agents.map(({ password: _password, ...agent }) => agent);
    become('host', host, { powerManagement: { enabled: body.enabled, agents } });
    return { status: 200, body: { ...host, usage: usageOf(host) } };
  }
  if (action === 'fence') {
    const work = () => {
      if (host.name.includes('2')) throw new Error('The power switch did not answer within 20 s');
      return `${host.name}: power ${body.action}`;
    };
    return accepted(operate('fence_host', subject, ['ask_power_switch', 'check'], work));
  }
  const [during, after] = {
    maintenance: ['preparing_for_maintenance', 'maintenance'],
    activate: ['connecting', 'up'],
    'confirm-down': ['fencing', 'down'],
  }[action];
  become('host', host, { state: during, stateReason: null });
  const work = () => {
    become('host', host, { state: after });
    return `Host ${host.name} is ${after}`;
  };
  return accepted(operate(`${action.replace('-', '_')}_host`, subject, ['move_vms', 'settle'], work));
}

function create(collection, body, params) {
  const kind = KINDS[collection];
  if (collection === 'vms') return createVm(body);
  if (collection === 'templates') {
    const image = collections.images.get(body.imageId);
    const disks = [
      {
        id: randomUUID(),
        imageId: body.imageId ?? null,
        sizeBytes: image?.virtualSizeBytes ?? 1e10,
        format: 'qcow2',
        storageDomainId: image?.storageDomainId,
      },
    ];
    const template = add('templates', { description: '', clusterId: null, ...body, disks, vmCount: 0 });
    changed(kind, template);
    return accepted(
      operate('create_template', subjectOf(kind, template), ['copy_disk'], () => `Template ${body.name} was made`),
    );
  }
  let fields = body;
  if (collection === 'images') {
    fields = {
      ...Object.fromEntries(params),
      state: 'ready',
      uploadedBytes: body.length,
      lengthBytes: body.length,
      virtualSizeBytes: 1e10,
    };
  }
  const secret = randomUUID().replaceAll('-', '');
  const expiresAt = new Date(Date.now() + (body.expiresInSeconds ?? 0) * 1000).toISOString();
  if (collection === 'tokens') fields = { name: body.name, secret: `kvt_${secret}`, expiresAt };
  if (collection === 'join-tokens') {
    const command = `kvorum-agent join --engine engine.example.org:7443 --token ${secret} --fingerprint sha256:9f86d081884c7d65`;
    fields = { clusterId: body.clusterId, uses: body.uses, token: secret, command, expiresAt };
  }
  if (collection === 'storage-domains')
    fields = { state: 'active', capacityBytes: 1e12, availableBytes: 9e11, hostId: null, ...body };
  const object = add(collection, fields);
  changed(kind, object);
  return { status: 201, body: object };
}

function remove(collection, object) {
  const kind = KINDS[collection];
  const vm = [...collections.vms.values()].find(({ templateId, clusterId, instanceTypeId }) =>
    [templateId, clusterId, instanceTypeId].includes(object.id),
  );
  if (vm && collection !== 'vms') {
    return refused(409, 'It is in use', {
      detail: `${object.name} is used by VM ${vm.name}`,
      blocker: subjectOf('vm', vm),
    });
  }
  const work = () => {
    collections[collection].delete(object.id);
    changed(kind, object, true);
    return `${object.name} was deleted`;
  };
  if (['vms', 'templates', 'images', 'hosts'].includes(collection)) {
    return accepted(operate(`delete_${kind}`, subjectOf(kind, object), ['delete'], work));
  }
  work();
  return { status: 204 };
}

const PLAN_REVIEWS = { approve: 'running', reject: 'rejected', pause: 'paused', resume: 'running', abort: 'aborted' };

function review(plan, action, vmId) {
  const moves = plan.moves.map((move) => (move.vmId === vmId ? { ...move, state: 'left_out' } : move));
  become('balancing_plan', plan, { moves, state: PLAN_REVIEWS[action] ?? plan.state });
  return { status: 200, body: plan };
}

function maintain(cluster, { task = 'wait_for_operator', hostsAtOnce = 1, hostIds }) {
  const up = [...collections.hosts.values()].filter((host) => host.clusterId === cluster.id && host.state === 'up');
  const hosts = (hostIds?.map((id) => collections.hosts.get(id)) ?? up).map(({ id, name }, index) => ({
    hostId: id,
    hostName: name,
    step: index < hostsAtOnce ? 'in_maintenance' : 'planned',
    note: null,
    since: index < hostsAtOnce ? new Date().toISOString() : null,
  }));
  const plan = add('balancing-plans', {
    name: `of cluster ${cluster.name}`,
    clusterId: cluster.id,
    state: 'running',
    reason: `${hosts.length} hosts, ${hostsAtOnce} at once, as admin asked`,
    outcome: null,
    moves: [],
    switches: [],
    rolling: { task, hostsAtOnce, hosts },
  });
  changed('balancing_plan', plan);
  return { status: 201, body: plan };
}

export function act(method, path, body, params, tickets) {
  const [, collection, id, action, part] = path.split('/');
  if (!id) return create(collection, body, params);
  const object = collections[collection]?.get(id);
  if (!object) return refused(404, 'Not found', { detail: `There is no ${path}` });
  if (collection === 'operations') return accepted(cancel(id));
  if (collection === 'balancing-plans') return review(object, action, part);
  if (action === 'rolling-maintenance') return maintain(object, body);
  if (method === 'DELETE') return remove(collection, object);
  if (method === 'PATCH') {
    become(KINDS[collection], object, body);
    record('info', `${KINDS[collection]}.changed`, `${object.name} was changed`, subjectOf(KINDS[collection], object));
    return { status: 200, body: object };
  }
  if (action === 'console') {
    const ticket = randomUUID();
    tickets.set(ticket, body.kind);
    return {
      status: 200,
      body: {
        ticket,
        password: 'secret',
        websocketPath: `/api/v1/console/${ticket}`,
        expiresAt: new Date(Date.now() + 30_000).toISOString(),
      },
    };
  }
  return collection === 'vms' ? vmWork(object, action, body) : hostWork(object, action, body);
}
