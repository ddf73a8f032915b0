package io.kvorum.core.inventory;

import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Lock;
import io.kvorum.core.operations.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything the leader knows, indexed for decisions. Owned by the controller's thread. Every change is applied at once
 * and remembered until {@link #drainChanges}, so that what was decided and what is stored cannot differ.
 */
public final class Inventory implements Surroundings {

    private final Map<Kind, Map<UUID, Entity>> entities = new EnumMap<>(Kind.class);
    private final Map<Kind, Map<String, UUID>> names = new EnumMap<>(Kind.class);
    private final Map<UUID, Set<UUID>> vmsByHost = new HashMap<>();
    private final Map<UUID, Set<UUID>> hostsByCluster = new HashMap<>();
    private final Set<UUID> fallen = new LinkedHashSet<>();
    private final Set<UUID> paused = new LinkedHashSet<>();
    private final HostColumns columns = new HostColumns();
    private final QuotaUse quotaUse = new QuotaUse();
    private final Map<HostState, Integer> hostStates = new EnumMap<>(HostState.class);
    private final Map<VmState, Integer> vmStates = new EnumMap<>(VmState.class);
    private final PlacementVersions versions = new PlacementVersions();
    private final OpenOperations open = new OpenOperations(this::markLocked);
    private final boolean remembers;
    private List<Change> changes = new ArrayList<>();

    /** An inventory of what was stored; operations that have ended do not belong in it. */
    public Inventory(Collection<? extends Entity> stored) {
        this(stored, true);
    }

    private Inventory(Collection<? extends Entity> stored, boolean remembers) {
        this.remembers = remembers;
        for (Kind kind : Kind.values()) {
            entities.put(kind, new LinkedHashMap<>());
            names.put(kind, new HashMap<>());
        }
        stored.forEach(entity -> index(entities(entity.kind()).get(entity.id()), entity));
    }

    /** An inventory to try things on: it remembers no changes, since nobody stores them. */
    public static Inventory supposed(Collection<? extends Entity> entities) {
        return new Inventory(entities, false);
    }

    // ---- reading

    public Optional<DataCenter> dataCenter(@Nullable UUID id) {
        return get(Kind.DATA_CENTER, id, DataCenter.class);
    }

    public Optional<Cluster> cluster(@Nullable UUID id) {
        return get(Kind.CLUSTER, id, Cluster.class);
    }

    public Optional<Host> host(@Nullable UUID id) {
        return get(Kind.HOST, id, Host.class);
    }

    @Override
    public Optional<StorageDomain> storageDomain(@Nullable UUID id) {
        return get(Kind.STORAGE_DOMAIN, id, StorageDomain.class);
    }

    @Override
    public Optional<Network> network(@Nullable UUID id) {
        return get(Kind.NETWORK, id, Network.class);
    }

    public Optional<Image> image(@Nullable UUID id) {
        return get(Kind.IMAGE, id, Image.class);
    }

    public Optional<Template> template(@Nullable UUID id) {
        return get(Kind.TEMPLATE, id, Template.class);
    }

    public Optional<Vm> vm(@Nullable UUID id) {
        return get(Kind.VM, id, Vm.class);
    }

    public Optional<BalancingPlan> balancingPlan(@Nullable UUID id) {
        return get(Kind.BALANCING_PLAN, id, BalancingPlan.class);
    }

    /** An operation that has not ended. */
    public Optional<Operation> operation(@Nullable UUID id) {
        return get(Kind.OPERATION, id, Operation.class);
    }

    public Optional<Entity> find(Kind kind, UUID id) {
        return Optional.ofNullable(entities(kind).get(id));
    }

    public Collection<Host> hosts() {
        return all(Kind.HOST);
    }

    public Collection<Vm> vms() {
        return all(Kind.VM);
    }

    public Collection<Cluster> clusters() {
        return all(Kind.CLUSTER);
    }

    public Collection<StorageDomain> storageDomains() {
        return all(Kind.STORAGE_DOMAIN);
    }

    @Override
    public Optional<SchedulingPolicy> schedulingPolicy(@Nullable UUID id) {
        return get(Kind.SCHEDULING_POLICY, id, SchedulingPolicy.class);
    }

    public Optional<AffinityGroup> affinityGroup(@Nullable UUID id) {
        return get(Kind.AFFINITY_GROUP, id, AffinityGroup.class);
    }

    public Collection<SchedulingPolicy> schedulingPolicies() {
        return all(Kind.SCHEDULING_POLICY);
    }

    public Collection<AffinityGroup> affinityGroups() {
        return all(Kind.AFFINITY_GROUP);
    }

    public Collection<AffinityLabel> affinityLabels() {
        return all(Kind.AFFINITY_LABEL);
    }

    /** The groups of that cluster, and the labels of its VMs. */
    public List<AffinityRule> affinityRules(UUID clusterId) {
        return Stream.<AffinityRule>concat(affinityGroups().stream(), affinityLabels().stream())
                .filter(rule -> switch (rule) {
                    case AffinityGroup group -> group.clusterId().equals(clusterId);
                    case AffinityLabel label ->
                        label.vmIds().stream()
                                .flatMap(id -> vm(id).stream())
                                .anyMatch(vm -> vm.spec().clusterId().equals(clusterId));
                })
                .toList();
    }

    public Optional<Quota> quota(@Nullable UUID id) {
        return get(Kind.QUOTA, id, Quota.class);
    }

    public Collection<Quota> quotas() {
        return all(Kind.QUOTA);
    }

    public Optional<InstanceType> instanceType(@Nullable UUID id) {
        return get(Kind.INSTANCE_TYPE, id, InstanceType.class);
    }

    /** What VMs use of their quotas. */
    public QuotaUse quotaUse() {
        return quotaUse;
    }

    public Collection<Network> networks() {
        return all(Kind.NETWORK);
    }

    public Collection<Template> templates() {
        return all(Kind.TEMPLATE);
    }

    public Collection<Image> images() {
        return all(Kind.IMAGE);
    }

    /** Plans that are open, and the last ones that have ended, in the order they came. */
    public Collection<BalancingPlan> balancingPlans() {
        return all(Kind.BALANCING_PLAN);
    }

    /** Those that have not ended, in the order they came. */
    public List<Operation> operations() {
        return List.copyOf(this.<Operation>all(Kind.OPERATION));
    }

    /** Those of that operation's children that have not ended, in the order they came. */
    public List<Operation> childrenOf(UUID operationId) {
        return open.childrenOf(operationId).stream()
                .flatMap(id -> operation(id).stream())
                .toList();
    }

    /** Whether a thing of that kind has this name, whatever the case, other than the one with that id. */
    public boolean nameTaken(Kind kind, String name, UUID exceptId) {
        UUID holder = names(kind).get(key(name));
        return holder != null && !holder.equals(exceptId);
    }

    /** The VM as it is once it is bound to that host: it belongs to the host's cluster. */
    public Vm inClusterOf(@Nullable UUID hostId, Vm vm) {
        return host(hostId).map(host -> vm.in(host.spec().clusterId())).orElse(vm);
    }

    public List<Host> hostsOf(UUID clusterId) {
        return hostsByCluster.getOrDefault(clusterId, Set.of()).stream()
                .flatMap(id -> host(id).stream())
                .toList();
    }

    /** VMs that run there, may be running there, or are on their way there. */
    public List<Vm> vmsOn(UUID hostId) {
        return vmsByHost.getOrDefault(hostId, Set.of()).stream()
                .flatMap(id -> vm(id).stream())
                .toList();
    }

    /** VMs that shall run and do not, or may not: they are down, or nobody knows. */
    public List<Vm> fallenVms() {
        return fallen.stream().flatMap(id -> vm(id).stream()).toList();
    }

    public List<Vm> pausedVms() {
        return paused.stream().flatMap(id -> vm(id).stream()).toList();
    }

    /** How many VMs run there, may be running there, or are on their way there. */
    public int vmCount(UUID hostId) {
        int slot = columns.slotOf(hostId);
        return slot < 0 ? 0 : columns.vms(slot);
    }

    public StateCount states() {
        return new StateCount(hostStates, vmStates);
    }

    /** Differs from what it was earlier if anything has changed that placement in the cluster depends on, but for load. */
    public long placementVersion(UUID clusterId) {
        return versions.of(clusterId);
    }

    /** The hosts as a placement scans them. */
    public HostColumns columns() {
        return columns;
    }

    /** The operation that holds the lock, if one does. */
    public Optional<Operation> holder(Lock lock) {
        return operation(open.holder(lock));
    }

    public boolean locked(Kind kind, UUID id) {
        return open.locked(new Lock(kind, id));
    }

    // ---- changing

    /** Stores the entity with its next revision, and returns it as stored. */
    public Entity put(Entity entity, Instant now) {
        Entity before = entities(entity.kind()).get(entity.id());
        Meta meta = before == null ? entity.meta() : before.meta();
        Entity stored = entity.withMeta(meta.next(now));
        index(before, stored);
        versions.changed(before, stored);
        remember(new Change.Put(stored, before));
        return stored;
    }

    public void remove(Kind kind, UUID id) {
        Entity gone = entities(kind).remove(id);
        if (gone != null) {
            unindex(gone);
            rename(gone, null);
            if (gone instanceof Host host) {
                columns.remove(host);
            }
            versions.changed(gone, null);
            remember(new Change.Remove(kind, id));
        }
    }

    public void log(LogEntry entry) {
        remember(new Change.Log(entry));
    }

    private void remember(Change change) {
        if (remembers) {
            changes.add(change);
        }
    }

    /** How many changes wait to be drained. */
    public int pendingChanges() {
        return changes.size();
    }

    /** The changes since the last call, the last one of each entity only. */
    public List<Change> drainChanges() {
        List<Change> drained = changes;
        changes = new ArrayList<>();
        return latest(drained);
    }

    private static List<Change> latest(List<Change> all) {
        LinkedHashMap<Object, Change> last = new LinkedHashMap<>();
        for (Change change : all) {
            switch (change) {
                case Change.Put put -> {
                    Change earlier = last.get(put.entity().id());
                    last.putLast(
                            put.entity().id(),
                            earlier instanceof Change.Put first ? new Change.Put(put.entity(), first.before()) : put);
                }
                case Change.Remove remove -> last.putLast(remove.id(), remove);
                case Change.Log log -> last.putLast(log, log);
            }
        }
        return List.copyOf(last.values());
    }

    // ---- indexes

    private void index(@Nullable Entity before, Entity entity) {
        if (before != null) {
            unindex(before);
        }
        rename(before, entity);
        if (entity instanceof Operation operation && operation.state().ended()) {
            entities(Kind.OPERATION).remove(operation.id());
            open.ended(operation);
            return;
        }
        entities(entity.kind()).put(entity.id(), entity);
        switch (entity) {
            case Vm vm -> {
                bind(vm.hostId(), vm);
                bind(vm.status().targetHostId(), vm);
                quotaUse.count(vm, 1);
                count(vmStates, vm.state(), 1);
                if (vm.status().wantedRunning() && (vm.state() == VmState.DOWN || vm.state() == VmState.UNKNOWN)) {
                    fallen.add(vm.id());
                } else if (vm.state() == VmState.PAUSED) {
                    paused.add(vm.id());
                }
            }
            case Host host -> {
                count(hostStates, host.state(), 1);
                hostsByCluster
                        .computeIfAbsent(host.spec().clusterId(), id -> new LinkedHashSet<>())
                        .add(host.id());
                putColumns(host);
            }
            case OperationRecord operation -> open.take((Operation) operation);
            case ConfigObject config -> {
                if (config instanceof AffinityRule rule) {
                    gather(rule);
                }
            }
            case Image image -> {}
            case Template template -> {}
            case BalancingPlan plan -> {}
        }
    }

    private static <S> void count(Map<S, Integer> states, S state, int change) {
        states.merge(state, change, (a, b) -> a + b == 0 ? null : a + b);
    }

    private void unindex(Entity entity) {
        switch (entity) {
            case Vm vm -> {
                unbind(vm.hostId(), vm);
                unbind(vm.status().targetHostId(), vm);
                quotaUse.count(vm, -1);
                count(vmStates, vm.state(), -1);
                fallen.remove(vm.id());
                paused.remove(vm.id());
            }
            case Host host -> {
                count(hostStates, host.state(), -1);
                hostsByCluster
                        .getOrDefault(host.spec().clusterId(), new LinkedHashSet<>())
                        .remove(host.id());
            }
            case OperationRecord operation -> open.letGo((Operation) operation);
            case ConfigObject config -> {
                if (config instanceof AffinityRule rule) {
                    columns.groups().remove(rule.id());
                }
            }
            case Image image -> {}
            case Template template -> {}
            case BalancingPlan plan -> {}
        }
    }

    /** One of the two may be missing. Most changes are none of a name, and cost nothing here. */
    private void rename(@Nullable Entity before, @Nullable Entity after) {
        Entity one = after == null ? before : after;
        if (one == null
                || one instanceof OperationRecord
                || one instanceof BalancingPlan
                || before != null && after != null && before.name().equals(after.name())) {
            return;
        }
        Map<String, UUID> known = names(one.kind());
        if (before != null) {
            known.remove(key(before.name()), before.id());
        }
        if (after != null) {
            known.put(key(after.name()), after.id());
        }
    }

    /** Where what it is made of changed, its VMs are counted anew. */
    private void putColumns(Host host) {
        boolean anew = columns.seatsChange(host);
        List<Vm> bound = anew ? vmsOn(host.id()) : List.of();
        bound.forEach(vm -> columns.unbind(host.id(), vm));
        columns.put(host, locked(Kind.HOST, host.id()));
        bound.forEach(vm -> columns.bind(host.id(), vm));
    }

    private void gather(AffinityRule group) {
        columns.groups().put(group);
        if (group.vms() == AffinityGroup.Rule.NONE) {
            return;
        }
        for (AffinityGroup.Member member : group.members()) {
            vm(member.vmId())
                    .ifPresent(vm -> Stream.of(vm.hostId(), vm.status().targetHostId())
                            .filter(Objects::nonNull)
                            .distinct()
                            .forEach(hostId -> columns.groups().bind(group.id(), vm.id(), columns.slotOf(hostId))));
        }
    }

    private void markLocked(Lock lock) {
        if (lock.kind() == Kind.HOST) {
            columns.lock(lock.id(), open.locked(lock));
            host(lock.id()).ifPresent(host -> versions.changed(host, host));
        }
    }

    private void bind(@Nullable UUID hostId, Vm vm) {
        if (hostId != null
                && vmsByHost
                        .computeIfAbsent(hostId, id -> new LinkedHashSet<>())
                        .add(vm.id())) {
            columns.bind(hostId, vm);
        }
    }

    private void unbind(@Nullable UUID hostId, Vm vm) {
        if (hostId != null
                && vmsByHost.getOrDefault(hostId, Collections.emptySet()).remove(vm.id())) {
            columns.unbind(hostId, vm);
        }
    }

    private <E extends Entity> Optional<E> get(Kind kind, @Nullable UUID id, Class<E> type) {
        return id == null
                ? Optional.empty()
                : Optional.ofNullable(entities(kind).get(id)).map(type::cast);
    }

    @SuppressWarnings("unchecked")
    private <E extends Entity> Collection<E> all(Kind kind) {
        return (Collection<E>) Collections.unmodifiableCollection(entities(kind).values());
    }

    private Map<UUID, Entity> entities(Kind kind) {
        return Objects.requireNonNull(entities.get(kind));
    }

    private Map<String, UUID> names(Kind kind) {
        return Objects.requireNonNull(names.get(kind));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
