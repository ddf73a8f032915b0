package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Subject;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.Explanation.Refusal;
import io.kvorum.core.scheduling.PlacementDecision;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a procedure works with: one operation, in one turn. */
public final class Work {

    private final Turn turn;
    private final Settings settings;
    private final Scheduler scheduler;
    private final Admission admission;
    private final Sleepers sleepers;
    private final List<Operation> endedChildren;
    private final HostDeath hostDeath;
    private final List<FollowUp> followUps = new ArrayList<>();
    private Operation operation;

    /** An operation to begin once this one has ended. */
    record FollowUp(UUID id, Request request) {}

    Work(
            Turn turn,
            Settings settings,
            Scheduler scheduler,
            Admission admission,
            Sleepers sleepers,
            Operation operation,
            List<Operation> endedChildren,
            HostDeath hostDeath) {
        this.turn = turn;
        this.settings = settings;
        this.scheduler = scheduler;
        this.admission = admission;
        this.sleepers = sleepers;
        this.operation = operation;
        this.endedChildren = endedChildren;
        this.hostDeath = hostDeath;
    }

    Turn turn() {
        return turn;
    }

    Inventory inventory() {
        return turn.inventory();
    }

    Settings settings() {
        return settings;
    }

    Operation operation() {
        return operation;
    }

    /** Children of this operation that ended since it was last asked. */
    List<Operation> endedChildren() {
        return endedChildren;
    }

    List<Operation> openChildren() {
        return inventory().childrenOf(operation.id());
    }

    /** An id that is the same however often this is computed. */
    UUID derivedId(String what) {
        return derivedId(operation.id(), what);
    }

    static UUID derivedId(UUID base, String what) {
        return UUID.nameUUIDFromBytes((base + "/" + what).getBytes(StandardCharsets.UTF_8));
    }

    /** Asks the scheduler and keeps its explanation with the operation. */
    PlacementDecision place(Vm vm, @Nullable UUID onlyHostId, Set<UUID> excluded) {
        Cluster cluster = inventory().cluster(vm.spec().clusterId()).orElseThrow();
        PlacementDecision decision = scheduler.place(new PlacementRequest(vm, cluster, onlyHostId, excluded));
        explain(decision.explanation());
        return decision;
    }

    /** Why somebody who asks for it must not have the VM running there; restarts after a failure are what the room is kept for. */
    Optional<String> objectionToStart(Vm vm, Host host) {
        return operation.requestedBySystem() ? Optional.empty() : admission.objection(inventory(), vm, host.id());
    }

    /** Why the VM cannot become so large where it runs. */
    Optional<Refusal> objectionToGrow(Vm vm, Vm grown) {
        Cluster cluster = inventory().cluster(vm.spec().clusterId()).orElseThrow();
        return scheduler.objectionToGrow(vm, grown, cluster);
    }

    /** Whether the VM, which finds no host now, would find one if those that sleep were on. */
    boolean worthWaiting(Vm vm, @Nullable UUID onlyHostId) {
        return sleepers.wouldTake(inventory(), vm, onlyHostId, !operation.requestedBySystem());
    }

    /** Whether the VM, for which no other host has room now, would find one if those that sleep were on. */
    boolean worthWaitingToLeave(Vm vm) {
        return sleepers.wouldTake(inventory(), vm, null, false);
    }

    /** Whether a host could take the VM; without the words of {@link #place}. */
    boolean fits(Vm vm, @Nullable UUID onlyHostId) {
        Cluster cluster = inventory().cluster(vm.spec().clusterId()).orElseThrow();
        return scheduler
                .choose(new PlacementRequest(vm, cluster, onlyHostId, Set.of()))
                .isPresent();
    }

    /** Whether the VMs would find a host each, in that order, if they were started now; nothing is changed. */
    Scheduler.Trial tryAll(Cluster cluster, List<Vm> vms) {
        return scheduler.tryAll(cluster, vms);
    }

    /** Begins that operation once this one has ended. */
    void startAfter(UUID id, Request request) {
        followUps.add(new FollowUp(id, request));
    }

    List<FollowUp> followUps() {
        return followUps;
    }

    /** There is proof that the host is off. */
    void hostProvenOff(Host host, String proof) {
        hostDeath.provenOff(turn, host.id(), proof);
    }

    void explain(Explanation explanation) {
        operation = operation.withExplanation(explanation);
    }

    /** A host that is up and reaches that domain, the least used one. */
    Optional<Host> hostFor(StorageDomain domain) {
        return inventory().hosts().stream()
                .filter(host -> host.state() == HostState.UP)
                .filter(host -> domain.reachableFrom(host.id()))
                .filter(host -> inventory()
                        .cluster(host.spec().clusterId())
                        .filter(cluster -> cluster.dataCenterId().equals(domain.dataCenterId()))
                        .isPresent())
                .min(Comparator.<Host>comparingInt(host -> inventory().vmCount(host.id()))
                        .thenComparing(Host::name));
    }

    /** The VM after that trigger, stored. */
    Vm move(Vm vm, VmTrigger trigger, @Nullable String reason) {
        VmState state = Lifecycles.VM.require(vm.state(), trigger);
        return turn.put(vm, vm.status().to(state, reason));
    }

    /** The VM proven to run nowhere, stored. */
    Vm moveOff(Vm vm, VmTrigger trigger, @Nullable String reason) {
        VmState state = Lifecycles.VM.require(vm.state(), trigger);
        return turn.put(vm, leaseLeft(vm).off(state, reason));
    }

    /** The VM's status, with the host that it is bound to as the one that left its lease behind, if that is proven off. */
    VmStatus leaseLeft(Vm vm) {
        boolean hostOff = inventory()
                .host(vm.hostId())
                .filter(host -> host.state() == HostState.DOWN)
                .isPresent();
        return hostOff && vm.leaseDomainId() != null ? vm.status().leaseLeftBy(vm.hostId()) : vm.status();
    }

    /** The VM's status on its way to that host, on which that seat is kept for it. */
    static VmStatus onWayTo(Vm vm, Host target, @Nullable Seat seat) {
        UUID clusterId = target.spec().clusterId();
        return vm.status()
                .movingTo(target.id(), seat, clusterId.equals(vm.spec().clusterId()) ? null : clusterId);
    }

    AgentCommand.StartVm startCommand(Vm vm, Platform platform, boolean resume) {
        List<StorageDomain> domains = Stream.concat(
                        vm.spec().disks().stream().map(VmDisk::storageDomainId), Stream.ofNullable(vm.leaseDomainId()))
                .flatMap(id -> inventory().storageDomain(id).stream())
                .distinct()
                .toList();
        return new AgentCommand.StartVm(vm, domains, networksOf(vm), cpuModel(vm, platform), platform, resume);
    }

    private @Nullable String cpuModel(Vm vm, Platform platform) {
        String given = platform.cpuModel();
        return given == null
                ? inventory()
                        .cluster(vm.spec().clusterId())
                        .map(Cluster::cpuModel)
                        .orElse(null)
                : given.isEmpty() ? null : given;
    }

    /** What the VM gets where it is started on that host: with saved memory, what it had. */
    Platform platform(Vm vm, Host host) {
        return vm.status().memorySaved()
                ? Objects.requireNonNullElse(vm.status().platform(), Platform.UNKNOWN)
                : Platform.on(
                        host.facts(),
                        vm.spec().hardware(),
                        inventory().cluster(vm.spec().clusterId()).orElseThrow());
    }

    List<Network> networksOf(Vm vm) {
        return vm.spec().nics().stream()
                .flatMap(nic -> inventory().network(nic.networkId()).stream())
                .distinct()
                .toList();
    }

    String hostName(@Nullable UUID hostId) {
        return inventory().host(hostId).map(Host::name).orElse("an unknown host");
    }

    void log(Severity severity, String code, String message, @Nullable Subject subject) {
        turn.log(severity, code, message, subject, operation.id(), operation.requestedBy());
    }

    void emit(Effect effect) {
        turn.emit(effect);
    }
}
