package io.kvorum.core.controller;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.availability.Arrivals;
import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.availability.HaRecovery;
import io.kvorum.core.availability.HostLiveness;
import io.kvorum.core.availability.LockspaceMembers;
import io.kvorum.core.availability.ProvenHostDeath;
import io.kvorum.core.availability.StorageReturn;
import io.kvorum.core.availability.VmObserver;
import io.kvorum.core.balancing.Balancer;
import io.kvorum.core.balancing.SleepingHosts;
import io.kvorum.core.controller.Event.HostGreeted;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.QuotaUse.Amount;
import io.kvorum.core.inventory.StateCount;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.OperationRunner;
import io.kvorum.core.operations.OperationRunner.OperationEnd;
import io.kvorum.core.operations.PlacementDryRun;
import io.kvorum.core.operations.Request;
import io.kvorum.core.rehearsal.Rehearsal;
import io.kvorum.core.scheduling.BrokenRule;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.FleetOverview;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.PolicySchedules;
import io.kvorum.core.scheduling.RoomSearch;
import io.kvorum.core.scheduling.Scheduler;
import io.kvorum.core.scheduling.VmsUseSum;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The one writer. Takes events in order, changes the inventory, and answers with effects. It decides everything and
 * does nothing: no I/O, no clock, no thread, no random number. One thread calls it.
 */
public final class Controller {

    static final Duration LIVENESS_PERIOD = Duration.ofMillis(250);
    static final Duration BALANCING_PERIOD = Duration.ofSeconds(10);
    /** What an upload of an earlier term is given: most likely it ended with the engine it went through. */
    static final Duration ORPHANED_UPLOAD = Duration.ofMinutes(15);

    static final Duration CAPACITY_PERIOD = Duration.ofSeconds(60);
    static final Duration CAPACITY_TICK = Duration.ofSeconds(1);
    static final Duration STORAGE_PERIOD = Duration.ofMinutes(5);

    private final Inventory inventory;
    private final Settings settings;
    private final HostLoads loads = new HostLoads();
    private final Scheduler scheduler;
    private final AdmissionControl admission;
    private final OperationRunner runner;
    private final VmObserver observer;
    private final HostLiveness liveness;
    private final HaRecovery recovery;
    private final StorageReturn storageReturn;
    private final LockspaceMembers lockspaces;
    private final Balancer balancer;
    private long ownOperations;
    private final UUID term;

    /**
     * A controller for one term of leadership.
     *
     * @param term names this term's own operations; a new one for every term
     * @param arrivals of what hosts tell, also of what waits to be handled
     */
    public Controller(Inventory inventory, Settings settings, UUID term, Arrivals arrivals) {
        this.inventory = inventory;
        this.settings = settings;
        this.term = term;
        this.scheduler = new Scheduler(inventory, loads);
        this.admission = new AdmissionControl(loads, (int) CAPACITY_PERIOD.dividedBy(CAPACITY_TICK));
        SleepingHosts sleepers = new SleepingHosts(loads, admission);
        this.runner =
                new OperationRunner(settings, scheduler, admission::objection, sleepers, this::provenOff, this::ended);
        this.observer = new VmObserver(asking("system/monitor"));
        this.liveness = new HostLiveness(settings, asking("system/fencing"), arrivals);
        this.recovery = new HaRecovery(settings, asking(HaRecovery.REQUESTED_BY), liveness::leaseExpired);
        this.lockspaces = new LockspaceMembers(asking("system/monitor"));
        this.storageReturn = new StorageReturn(observer::stoppedByDisk, asking("system/monitor"));
        this.balancer = new Balancer(loads, admission, sleepers, observer::notEmpty, asking(Balancer.REQUESTED_BY));
    }

    private BiConsumer<Turn, Request> asking(String who) {
        return (turn, request) -> {
            UUID id = UUID.nameUUIDFromBytes((term + "/" + ownOperations++).getBytes(StandardCharsets.UTF_8));
            runner.spawn(turn, request, who, null, id);
        };
    }

    /** The first effects of a term: dials the hosts, takes up open operations, starts the timers. */
    public List<Effect> start(Now now) {
        Turn turn = new Turn(inventory, now);
        liveness.start(turn);
        runner.resume(turn);
        inventory.images().stream()
                .filter(image -> image.state() == ImageState.UPLOADING)
                .forEach(image -> turn.emit(new Effect.StartTimer(new Timer.UploadLimit(image.id()), ORPHANED_UPLOAD)));
        turn.emit(new Effect.StartTimer(new Timer.Liveness(), LIVENESS_PERIOD));
        turn.emit(new Effect.StartTimer(new Timer.Balancing(), BALANCING_PERIOD));
        turn.emit(new Effect.StartTimer(new Timer.StorageCheck(), STORAGE_PERIOD));
        turn.emit(new Effect.StartTimer(new Timer.FailoverCapacity(), CAPACITY_PERIOD));
        return turn.finish();
    }

    /** What follows from one event. */
    public List<Effect> handle(Event event, Now now) {
        Turn turn = new Turn(inventory, now);
        switch (event) {
            case Event.OperationSubmitted(var operation) -> runner.submit(turn, operation);
            case Event.CancelRequested(var operationId, var by) -> runner.cancel(turn, operationId, by);
            case Event.CommandEnded(var operationId, var commandId, var outcome) ->
                runner.commandEnded(turn, operationId, commandId, outcome);
            case Event.CommandProgressed(var operationId, var commandId, var progress) ->
                runner.progressed(turn, operationId, commandId, progress);
            case HostGreeted greeting -> greeted(turn, greeting);
            case Event.HostHeard(var hostId, var connected, var problem) ->
                liveness.heard(turn, hostId, connected, problem);
            case Event.HostConnectionLost lost -> observer.forget(lost.hostId());
            case Event.VmsListed(var hostId, var vms) -> observer.listed(turn, hostId, vms);
            case Event.LockspacesListed(var hostId, var storageDomainIds) ->
                lockspaces.listed(turn, hostId, storageDomainIds);
            case Event.VmSighted(var hostId, var vm, var cause, var detail) ->
                observer.sighted(turn, hostId, vm, cause);
            case Event.HostMeasured(var hostId, var load) -> measured(turn, hostId, load);
            case Event.TimerFired(var timer) -> fired(turn, timer);
        }
        return turn.finish();
    }

    /** Where the VM would go now, and why; changes nothing. */
    public Optional<Explanation> explainPlacement(UUID vmId) {
        Optional<Vm> vm = inventory.vm(vmId);
        Optional<Cluster> cluster = vm.flatMap(v -> inventory.cluster(v.spec().clusterId()));
        return cluster.map(c -> scheduler.explain(new PlacementRequest(vm.orElseThrow(), c, null, Set.of())));
    }

    /** Where a VM that runs would go now if it ran nowhere, and why; changes nothing. */
    public Optional<Explanation> explainPlacementAfresh(UUID vmId) {
        return inventory
                .vm(vmId)
                .flatMap(vm ->
                        inventory.cluster(vm.spec().clusterId()).map(cluster -> scheduler.explainAfresh(vm, cluster)));
    }

    /** Where a VM that does not exist yet would go, and why; changes nothing. */
    public PlacementDryRun<Explanation> tryPlacement(UUID vmId, VmSpec spec) {
        return PlacementDryRun.placement(inventory, scheduler, vmId, spec);
    }

    /** How many more VMs like one without disks and network cards there is room for: a search on a copy, for another thread. */
    public PlacementDryRun<RoomSearch> tryRoom(UUID vmId, VmSpec spec) {
        return PlacementDryRun.room(inventory, scheduler, vmId, spec);
    }

    /** Which rules of affinity groups and labels a cluster's VMs break where they run. */
    public Optional<List<BrokenRule>> brokenRules(UUID clusterId) {
        return inventory
                .cluster(clusterId)
                .map(cluster -> inventory.affinityRules(clusterId).stream()
                        .flatMap(group -> group.members().stream())
                        .map(Member::vmId)
                        .distinct()
                        .flatMap(vmId -> inventory.vm(vmId).stream())
                        .filter(vm -> vm.spec().clusterId().equals(clusterId))
                        .flatMap(vm -> scheduler.brokenRules(vm, cluster).stream())
                        .toList());
    }

    /** What VMs use of the quota, by cluster. */
    public Optional<Map<UUID, Amount>> quotaUse(UUID quotaId) {
        return inventory.quota(quotaId).map(quota -> inventory.quotaUse().clusters(quotaId));
    }

    /** What all hosts have and use, and which of them somebody should look at. */
    public FleetOverview overview(Now now) {
        return FleetOverview.of(inventory, loads, now);
    }

    /** Whether the cluster could lose the hosts that it shall be able to lose; changes nothing. */
    public Optional<FailoverProof> proveFailover(UUID clusterId) {
        return inventory.cluster(clusterId).map(cluster -> admission.prove(inventory, cluster));
    }

    /** What balancing sees of a cluster, to rehearse on: entities as they are now. */
    public Optional<List<Entity>> snapshot(UUID clusterId) {
        return inventory.cluster(clusterId).map(cluster -> Rehearsal.snapshot(inventory, cluster));
    }

    public StateCount states() {
        return inventory.states();
    }

    public HostLoads loads() {
        return loads;
    }

    private void greeted(Turn turn, HostGreeted greeting) {
        if (inventory.host(greeting.hostId()).isEmpty()) {
            return;
        }
        boolean wasUp = up(greeting.hostId());
        liveness.greeted(turn, greeting);
        lockspaces.greeted(turn, greeting.hostId());
        if (greeting.hypervisorConnected()) {
            observer.listed(turn, greeting.hostId(), greeting.vms());
        }
        if (up(greeting.hostId())) {
            inspectStorage(turn, false);
            if (!wasUp) {
                recovery.hostCameUp(turn);
            }
        }
    }

    private void measured(Turn turn, UUID hostId, Event.HostLoad told) {
        Optional<Host> found = inventory.host(hostId);
        if (found.isEmpty()) {
            loads.report(hostId, told, turn.nanos());
            return;
        }
        Host host = found.get();
        VmsUseSum vms = use(host, told);
        Event.HostLoad load = vms.migrates() ? withoutMigrations(hostId, told) : told;
        loads.report(hostId, load, turn.nanos());
        loads.reportVms(hostId, load, vms.use(), turn.nanos());
        inventory
                .cluster(host.spec().clusterId())
                .ifPresent(cluster -> scheduler.measured(host, cluster, loads, turn.nanos()));
    }

    /** What migrations send is over soon, and no reason for more of them: the network counts as before. */
    private Event.HostLoad withoutMigrations(UUID hostId, Event.HostLoad told) {
        return told.with(told.signals().withNetwork(loads.hostNetwork(hostId)));
    }

    /** What VMs used of it. Those that have just come are not in its report yet: they count as they were last measured. */
    private VmsUseSum use(Host host, Event.HostLoad load) {
        VmsUseSum sum = new VmsUseSum(host.facts().cpuThreads());
        int bound = 0;
        for (Event.VmLoad told : load.vms()) {
            Optional<Vm> vm = inventory.vm(told.vmId());
            sum.add(told, vm);
            bound += vm.isPresent() && vm.get().bindsTo(host.id()) ? 1 : 0;
        }
        if (bound < inventory.vmCount(host.id())) {
            Set<UUID> told = load.vms().stream().map(Event.VmLoad::vmId).collect(Collectors.toSet());
            for (Vm vm : inventory.vmsOn(host.id())) {
                if (!told.contains(vm.id())) {
                    sum.add(loads, vm, host.id().equals(vm.hostId()));
                }
            }
        }
        return sum;
    }

    private boolean up(UUID hostId) {
        return inventory
                .host(hostId)
                .filter(host -> host.state() == HostState.UP)
                .isPresent();
    }

    private void fired(Turn turn, Timer timer) {
        switch (timer) {
            case Timer.Liveness liveTimer -> {
                liveness.tick(turn);
                observer.tick(turn);
                recovery.tick(turn);
                storageReturn.tick(turn);
                lockspaces.tick(turn);
                runner.reconsiderAll(turn);
                balancer.wakeForWaiting(turn);
                turn.emit(new Effect.StartTimer(timer, LIVENESS_PERIOD));
            }
            case Timer.Balancing balancingTimer -> {
                PolicySchedules.tick(turn);
                balancer.tick(turn);
                turn.emit(new Effect.StartTimer(timer, BALANCING_PERIOD));
            }
            case Timer.StorageCheck storageTimer -> {
                inspectStorage(turn, true);
                turn.emit(new Effect.StartTimer(timer, STORAGE_PERIOD));
            }
            case Timer.FailoverCapacity capacityTimer -> {
                admission.tick(turn);
                turn.emit(new Effect.StartTimer(timer, CAPACITY_TICK));
            }
            case Timer.StepLimit(var operationId, var commandId) -> runner.stepTimedOut(turn, operationId, commandId);
            case Timer.UploadLimit(var imageId) -> uploadTimedOut(turn, imageId);
        }
    }

    private void inspectStorage(Turn turn, boolean activeOnesToo) {
        for (StorageDomain domain : List.copyOf(inventory.storageDomains())) {
            boolean due = activeOnesToo || domain.state() != StorageState.ACTIVE;
            boolean reachable = inventory.hosts().stream()
                    .anyMatch(host -> host.state() == HostState.UP && domain.reachableFrom(host.id()));
            if (due && reachable && !inventory.locked(Kind.STORAGE_DOMAIN, domain.id())) {
                asking("system/monitor").accept(turn, new Request.InspectStorage(domain.id()));
            }
        }
    }

    private void uploadTimedOut(Turn turn, UUID imageId) {
        inventory
                .image(imageId)
                .filter(image -> image.state() == ImageState.UPLOADING)
                .ifPresent(image -> {
                    turn.put(image.failed("The upload was not finished in time."));
                    turn.log(
                            Severity.WARNING,
                            "image.upload_timed_out",
                            "The upload of image " + image.name() + " was not finished in time.",
                            image.subject());
                });
    }

    private void provenOff(Turn turn, UUID hostId, String proof) {
        observer.forget(hostId);
        loads.forget(hostId);
        ProvenHostDeath.settle(turn, runner, hostId, proof);
        recovery.tick(turn);
    }

    private void ended(OperationEnd end) {
        liveness.ended(end.turn(), end.operation());
        recovery.ended(end.turn(), end.operation());
        storageReturn.ended(end.turn(), end.operation());
        balancer.ended(end.turn(), end.operation());
        lockspaces.ended(end.turn(), end.operation());
        ProvenHostDeath.released(end.turn(), end.operation());
        observer.released(end.turn(), end.operation());
        if (end.operation().request() instanceof Request.RemoveHost(UUID hostId)
                && inventory.host(hostId).isEmpty()) {
            liveness.forget(hostId);
            observer.forget(hostId);
            lockspaces.forget(hostId);
            loads.forget(hostId);
            balancer.forget(hostId);
        }
    }
}
