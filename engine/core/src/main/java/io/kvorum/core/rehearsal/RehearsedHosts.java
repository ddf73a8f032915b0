package io.kvorum.core.rehearsal;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.balancing.Balancer;
import io.kvorum.core.balancing.MigrationCost;
import io.kvorum.core.balancing.SleepingHosts;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Sleep;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Lock;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.rehearsal.LoadRecording.Series;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.PolicySchedules;
import io.kvorum.core.scheduling.Scheduler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The hosts of a rehearsal: they run VMs as recorded, and do what the balancer asks for. Nothing fails here. */
final class RehearsedHosts {

    /** Of the network, for one migration. */
    private static final double BYTES_PER_SECOND = 117e6;

    private static final Duration SHUTDOWN = Duration.ofSeconds(30);
    private static final Duration BOOT = Duration.ofMinutes(2);

    /** Hosts are given at least so long to boot, whatever their cluster says. */
    private static final Duration LEAST_GRACE = Duration.ofMinutes(1);

    /** Something that is under way; of what ends at the same time, what began first comes first. */
    private record Pending(long nanos, long order, Consumer<Turn> end) {}

    private final Inventory inventory;
    private final UUID clusterId;
    private final Duration boot;
    private final LoadRecording recording;
    private final Tally tally;
    private final HostLoads loads = new HostLoads();
    private final Balancer balancer;
    private final PriorityQueue<Pending> pending =
            new PriorityQueue<>(Comparator.comparingLong(Pending::nanos).thenComparingLong(Pending::order));
    private long begun;
    private int step;

    RehearsedHosts(Inventory inventory, Cluster cluster, LoadRecording recording, Tally tally) {
        this.inventory = inventory;
        this.clusterId = cluster.id();
        this.recording = recording;
        this.tally = tally;
        Duration grace = cluster.fencing().startingGrace();
        Duration given = grace.compareTo(LEAST_GRACE) < 0 ? LEAST_GRACE : grace;
        boot = given.compareTo(BOOT) < 0 ? given : BOOT;
        AdmissionControl admission = new AdmissionControl(loads, 1);
        balancer = new Balancer(
                loads,
                admission,
                new SleepingHosts(loads, admission),
                hostId -> inventory.vmsOn(hostId).isEmpty() ? Optional.empty() : Optional.of("It runs VMs."),
                this::begin);
    }

    /** One look: what is over by now ends, hosts report, the balancer looks. */
    void turn(Turn turn, int newStep) {
        step = newStep;
        while (!pending.isEmpty() && pending.peek().nanos() <= turn.nanos()) {
            pending.poll().end().accept(turn);
        }
        tally.begin(turn.instant());
        for (Host host : inventory.hostsOf(clusterId)) {
            if (host.state() == HostState.UP) {
                report(turn, host);
            } else if (host.status().sleep() != null && host.status().sleep().wakingSince() != null) {
                tally.boots();
            }
        }
        tally.end();
        PolicySchedules.tick(turn);
        balancer.tick(turn);
    }

    private void report(Turn turn, Host host) {
        Series own = recording.host(host.id());
        double threads = Math.max(1, host.facts().cpuThreads());
        double asked = own.cpuAt(step) * threads;
        double memory = own.memoryAt(step);
        List<Vm> running = new ArrayList<>();
        for (Vm vm : inventory.vmsOn(host.id())) {
            if (host.id().equals(vm.hostId()) && (vm.state() == VmState.UP || vm.state() == VmState.MIGRATING)) {
                running.add(vm);
                asked += cpus(vm);
                memory += memory(vm);
            }
        }
        double given = asked > threads ? threads / asked : 1;
        List<Event.VmLoad> vms = running.stream()
                .map(vm -> new Event.VmLoad(
                        vm.id(), Math.min(1, recording.vm(vm.id()).cpuAt(step)) * given, (long) memory(vm)))
                .toList();
        double vmCpus = running.stream().mapToDouble(this::cpus).sum();
        tally.ran(host, asked / threads, vmCpus, vmCpus * given);
        Event.HostLoad load = new Event.HostLoad(
                Math.min(1, asked / threads),
                (long) Math.min(memory, host.facts().memoryBytes()),
                vms);
        loads.report(host.id(), load, turn.nanos());
        double vmMemory = running.stream().mapToDouble(this::memory).sum();
        loads.reportVms(host.id(), load, new HostLoads.VmsUse(vmCpus * given / threads, vmMemory), turn.nanos());
    }

    private double cpus(Vm vm) {
        return Math.min(1, recording.vm(vm.id()).cpuAt(step))
                * vm.spec().hardware().vcpus();
    }

    private double memory(Vm vm) {
        double recorded = recording.vm(vm.id()).memoryAt(step);
        return recorded > 0 ? recorded : vm.spec().hardware().memoryBytes();
    }

    private void begin(Turn turn, Request request) {
        switch (request) {
            case Request.MigrateVm(UUID vmId, UUID hostId, var target) ->
                migrate(turn, request, inventory.vm(vmId).orElseThrow(), Objects.requireNonNull(hostId));
            case Request.PowerHost(UUID hostId, PowerTask task) ->
                power(turn, request, inventory.host(hostId).orElseThrow(), task);
            default -> throw new IllegalStateException("A balancer does not " + request.verb());
        }
    }

    private void migrate(Turn turn, Request request, Vm vm, UUID targetId) {
        UUID sourceId = Objects.requireNonNull(vm.hostId());
        Operation operation = begun(turn, request, new Lock(Kind.VM, vm.id()));
        MigrationCost cost = MigrationCost.of(memory(vm), cpus(vm), BYTES_PER_SECOND);
        tally.moved(turn.instant(), vm.name(), name(sourceId), name(targetId), purpose(vm.id()), cost, cpus(vm));
        turn.put(vm, vm.status().to(VmState.MIGRATING, null).movingTo(targetId, seat(vm, targetId), null));
        after(turn, cost.time(), then -> {
            Vm moving = inventory.vm(vm.id()).orElseThrow();
            then.put(moving, moving.status().to(VmState.UP, null).on(targetId));
            ended(then, operation);
        });
    }

    private @Nullable Seat seat(Vm vm, UUID targetId) {
        if (!vm.spec().hardware().tuning().seated()) {
            return null;
        }
        PlacementRequest request =
                new PlacementRequest(vm, inventory.cluster(clusterId).orElseThrow(), targetId, Set.of());
        return new Scheduler(inventory, loads)
                .seat(request, inventory.host(targetId).orElseThrow());
    }

    private MovePurpose purpose(UUID vmId) {
        return inventory.balancingPlans().stream()
                .flatMap(plan -> plan.moves().stream())
                .filter(move -> move.vmId().equals(vmId) && move.state() == MoveState.MOVING)
                .map(PlanMove::purpose)
                .findFirst()
                .orElse(MovePurpose.EVEN_OUT);
    }

    private String name(UUID hostId) {
        return inventory.host(hostId).map(Host::name).orElse("?");
    }

    private void power(Turn turn, Request request, Host host, PowerTask task) {
        Operation operation = begun(turn, request, new Lock(Kind.HOST, host.id()));
        Sleep sleep = host.status().sleep();
        if (task == PowerTask.SLEEP) {
            after(turn, SHUTDOWN, then -> {
                then.put(host.asleep(new Sleep(then.instant(), null, null), null));
                loads.forget(host.id());
                tally.switchedOff();
                ended(then, operation);
            });
        } else if (task == PowerTask.WAKE && sleep != null) {
            tally.woken();
            turn.put(host.asleep(sleep.waking(turn.instant()), null));
            after(turn, Duration.ZERO, then -> ended(then, operation));
            after(
                    turn,
                    boot,
                    then -> inventory
                            .host(host.id())
                            .filter(Host::sleeps)
                            .ifPresent(booted -> then.put(booted.to(HostState.UP, null))));
        } else {
            throw new IllegalStateException("A balancer does not " + request.verb());
        }
    }

    private void after(Turn turn, Duration time, Consumer<Turn> end) {
        pending.add(new Pending(turn.nanos() + time.toNanos(), begun++, end));
    }

    private Operation begun(Turn turn, Request request, Lock lock) {
        UUID id = UUID.nameUUIDFromBytes(("rehearsal/" + begun++).getBytes(StandardCharsets.UTF_8));
        Operation operation = operation(turn, id, request, lock, OperationState.RUNNING, Optional.of(lock));
        turn.put(operation);
        return operation;
    }

    private void ended(Turn turn, Operation operation) {
        Lock lock = operation.locks().getFirst();
        Operation over =
                operation(turn, operation.id(), operation.request(), lock, OperationState.SUCCEEDED, Optional.empty());
        turn.put(over);
        balancer.ended(turn, over);
    }

    private Operation operation(
            Turn turn, UUID id, Request request, Lock about, OperationState state, Optional<Lock> held) {
        return new Operation(
                id,
                request,
                inventory.find(about.kind(), about.id()).orElseThrow().subject(),
                Balancer.REQUESTED_BY,
                null,
                state,
                null,
                null,
                null,
                null,
                List.of(),
                held.stream().toList(),
                false,
                turn.instant(),
                state.ended() ? turn.instant() : null,
                Meta.NONE);
    }
}
