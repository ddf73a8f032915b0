package io.kvorum.core.balancing;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Sleep;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.HostSleep;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Wakes hosts that power saving switched off, and no others.
 *
 * <ol>
 *   <li>For VMs that wait to be started, or to leave a host that is emptied, at once: those first that are on their way count, then one
 *       after the other as the scheduler would fill them.
 *   <li>Where too few empty hosts are on, where VMs are expected to ask for more than is on, where VMs could not be restarted if
 *       hosts failed, where an over-utilized host finds no relief, and where hosts are not switched off any more: one at a time.
 *   <li>A host whose certificate ends within a day, since it can renew it only while it is on.
 *   <li>A host that does not report in time after it was switched on is told so again, but others first.
 * </ol>
 *
 * What is under way stands in the inventory, with the hosts: a new leader goes on with it.
 */
final class HostWaking {

    /** After a wake that came to nothing, where VMs wait. */
    private static final Duration PAUSE_WHILE_VMS_WAIT = Duration.ofMinutes(1);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(5);
    private static final Duration LEAST_TIME_TO_BOOT = Duration.ofMinutes(1);
    private static final Duration BETWEEN_LOOKS_AT_WAITING = Duration.ofSeconds(1);
    private static final Duration BETWEEN_PROOFS = Duration.ofMinutes(1);

    private final HostLoads loads;
    private final Demands demands;
    private final AdmissionControl admission;
    private final SleepingHosts sleepers;
    private final BiConsumer<Turn, Request> operations;
    private final Map<UUID, Long> lookedNanos = new HashMap<>();
    private final Pace proofs = Pace.waiting(BETWEEN_PROOFS);

    HostWaking(
            HostLoads loads,
            Demands demands,
            AdmissionControl admission,
            SleepingHosts sleepers,
            BiConsumer<Turn, Request> operations) {
        this.loads = loads;
        this.demands = demands;
        this.admission = admission;
        this.sleepers = sleepers;
        this.operations = operations;
    }

    /** Wakes a host of the cluster if it is needed; to be called regularly. */
    void tick(Turn turn, Cluster cluster) {
        List<Host> asleep = asleep(turn.inventory(), cluster);
        asleep.forEach(host -> giveUp(turn, cluster, host));
        if (!asleep.isEmpty()) {
            canBeWoken(turn, cluster, PAUSE_AFTER_FAILURE).stream()
                    .filter(host -> SwitchOffRules.certificateEnds(turn, host))
                    .forEach(host -> wake(turn, host, "its certificate has to be renewed"));
            need(turn, cluster).ifPresent(why -> wakeOne(turn, cluster, why));
        }
    }

    private static List<Host> asleep(Inventory inventory, Cluster cluster) {
        return inventory.hostsOf(cluster.id()).stream().filter(Host::sleeps).toList();
    }

    private static void giveUp(Turn turn, Cluster cluster, Host host) {
        Sleep sleep = host.status().sleep();
        if (sleep == null || sleep.wakingSince() == null || turn.inventory().locked(Kind.HOST, host.id())) {
            return;
        }
        Duration given = cluster.fencing().startingGrace();
        Duration limit = given.compareTo(LEAST_TIME_TO_BOOT) < 0 ? LEAST_TIME_TO_BOOT : given;
        if (Duration.between(sleep.wakingSince(), turn.instant()).compareTo(limit) > 0) {
            String why = "It was switched on, and did not report within " + limit.toSeconds() + " s.";
            turn.put(host.asleep(sleep.notWoken(turn.instant()), why));
            turn.log(
                    Severity.WARNING,
                    "host.wake_failed",
                    "Host " + host.name() + " does not wake: " + why + " It is tried again while it is needed.",
                    host.subject());
        }
    }

    /** Why one more host than those that are on, or will be, is needed. */
    private Optional<String> need(Turn turn, Cluster cluster) {
        if (!cluster.switchesHostsOff()) {
            return Optional.of("hosts of cluster " + cluster.name() + " are not switched off any more");
        }
        Inventory inventory = turn.inventory();
        List<Host> coming = asleep(inventory, cluster).stream()
                .filter(host -> HostSleep.wakes(inventory, host))
                .toList();
        long empty = inventory.hostsOf(cluster.id()).stream()
                .filter(host -> host.state() == HostState.UP && inventory.vmCount(host.id()) == 0)
                .count();
        if (empty + coming.size() < cluster.powerSaving().hostsInReserve()) {
            return Optional.of("fewer than " + cluster.powerSaving().hostsInReserve()
                    + " empty hosts are on, which cluster " + cluster.name() + " keeps in reserve");
        }
        if (SwitchOffRules.onInDataCenter(inventory, cluster) + coming.size() < SwitchOffRules.LEFT_ON) {
            return Optional.of("only one host of the data center is on");
        }
        double comingCpus =
                coming.stream().mapToDouble(host -> host.facts().cpuThreads()).sum();
        ExpectedDemand demand = ExpectedDemand.of(turn, cluster, loads, demands);
        boolean allReport = inventory.hostsOf(cluster.id()).stream()
                .allMatch(host -> host.state() != HostState.UP || loads.hostFresh(host.id(), turn.nanos()));
        if (allReport
                && demand.capacity() > 0
                && !demand.metBy(comingCpus, cluster.scheduling().highUtilizationPercent())) {
            return Optional.of("VMs are expected to ask for more than "
                    + cluster.scheduling().highUtilizationPercent() + " % of what is on");
        }
        return coming.isEmpty() && proofs.due(turn, cluster.id()) && couldBeRestarted(turn, cluster)
                ? Optional.of("VMs could not be restarted if hosts failed")
                : Optional.empty();
    }

    /** Whether more VMs would be restarted after a failure if those that sleep were on. */
    private boolean couldBeRestarted(Turn turn, Cluster cluster) {
        if (cluster.admission().mode() == AdmissionMode.OFF) {
            return false;
        }
        int now = admission.prove(turn.inventory(), cluster).shortfalls().size();
        if (now == 0) {
            return false;
        }
        Inventory awake = FailoverProof.whatIf(turn.inventory(), cluster);
        asleep(turn.inventory(), cluster).forEach(host -> SleepingHosts.wake(awake, host));
        return admission.prove(awake, cluster).shortfalls().size() < now;
    }

    /** One host, if one can be woken and none is on its way. */
    void relieve(Turn turn, Cluster cluster, String why) {
        boolean coming =
                asleep(turn.inventory(), cluster).stream().anyMatch(host -> HostSleep.wakes(turn.inventory(), host));
        if (!coming) {
            wakeOne(turn, cluster, why);
        }
    }

    private void wakeOne(Turn turn, Cluster cluster, String why) {
        canBeWoken(turn, cluster, PAUSE_AFTER_FAILURE).stream().findFirst().ifPresent(host -> wake(turn, host, why));
    }

    /** Those that have not just failed to wake, or failed longest ago, first. */
    private static List<Host> canBeWoken(Turn turn, Cluster cluster, Duration pause) {
        return asleep(turn.inventory(), cluster).stream()
                .filter(host -> !HostSleep.wakes(turn.inventory(), host)
                        && !turn.inventory().locked(Kind.HOST, host.id())
                        && HostSleep.reachable(turn.inventory(), host)
                        && turn.instant().isAfter(failedAt(host).plus(pause)))
                .sorted(Comparator.comparing(HostWaking::failedAt).thenComparing(Host::name))
                .toList();
    }

    private static Instant failedAt(Host host) {
        Sleep sleep = host.status().sleep();
        return sleep == null || sleep.wakeFailedAt() == null ? Instant.EPOCH : sleep.wakeFailedAt();
    }

    private void wake(Turn turn, Host host, String why) {
        turn.log(
                Severity.INFO,
                "host.woken",
                "Host " + host.name() + ", which sleeps, is switched on: " + why + ".",
                host.subject());
        operations.accept(turn, new Request.PowerHost(host.id(), PowerTask.WAKE));
    }

    /** Wakes hosts for the VMs that wait; to be called often. */
    void forWaiting(Turn turn) {
        Map<UUID, List<Operation>> waiting = new LinkedHashMap<>();
        for (Operation operation : turn.inventory().operations()) {
            if (HostSleep.waitedFor(operation)) {
                clusterOf(turn.inventory(), operation)
                        .ifPresent(clusterId -> waiting.computeIfAbsent(clusterId, id -> new ArrayList<>())
                                .add(operation));
            }
        }
        waiting.forEach((clusterId, all) -> {
            Long looked = lookedNanos.get(clusterId);
            if (looked == null || turn.nanos() - looked >= BETWEEN_LOOKS_AT_WAITING.toNanos()) {
                lookedNanos.put(clusterId, turn.nanos());
                turn.inventory().cluster(clusterId).ifPresent(cluster -> forWaiting(turn, cluster, all));
            }
        });
    }

    private void forWaiting(Turn turn, Cluster cluster, List<Operation> waiting) {
        Inventory supposed = FailoverProof.whatIf(turn.inventory(), cluster);
        asleep(turn.inventory(), cluster).stream()
                .filter(host -> HostSleep.wakes(turn.inventory(), host))
                .forEach(host -> SleepingHosts.wake(supposed, host));
        for (Operation operation : waiting) {
            if (operation.request() instanceof Request.StartVm(UUID vmId, UUID onlyHostId)) {
                Vm vm = turn.inventory().vm(vmId).orElseThrow();
                findRoom(turn, cluster, supposed, vm, onlyHostId, !operation.requestedBySystem());
            } else if (operation.request() instanceof Request.MaintainHost(UUID hostId)) {
                leaving(turn.inventory(), hostId).forEach(vm -> findRoom(turn, cluster, supposed, vm, null, false));
            }
        }
    }

    private static Optional<UUID> clusterOf(Inventory inventory, Operation operation) {
        return operation.request() instanceof Request.MaintainHost(UUID hostId)
                ? inventory.host(hostId).map(host -> host.spec().clusterId())
                : inventory.vm(operation.about().id()).map(vm -> vm.spec().clusterId());
    }

    /** VMs of a host that is emptied which are still to leave it, in the order in which they look for room. */
    private static List<Vm> leaving(Inventory inventory, UUID hostId) {
        return inventory.vmsOn(hostId).stream()
                .filter(vm -> vm.state() == VmState.UP
                        && hostId.equals(vm.hostId())
                        && vm.status().targetHostId() == null)
                .sorted(PlacementOrder.HARDEST_FIRST)
                .toList();
    }

    private void findRoom(
            Turn turn, Cluster cluster, Inventory supposed, Vm vm, @Nullable UUID onlyHostId, boolean held) {
        Optional<Host> host = sleepers.place(supposed, cluster, vm, onlyHostId, held);
        if (host.isEmpty()) {
            host = wakeFor(turn, cluster, supposed, vm, onlyHostId, held);
        }
        host.ifPresent(there -> sleepers.suppose(supposed, cluster, vm, there));
    }

    private Optional<Host> wakeFor(
            Turn turn, Cluster cluster, Inventory supposed, Vm vm, @Nullable UUID onlyHostId, boolean held) {
        for (Host host : canBeWoken(turn, cluster, PAUSE_WHILE_VMS_WAIT)) {
            SleepingHosts.wake(supposed, host);
            Optional<Host> place = sleepers.place(supposed, cluster, vm, onlyHostId, held);
            if (place.isPresent()) {
                wake(turn, host, "VM " + vm.name() + " fits nowhere else");
                return place;
            }
            supposed.put(host, Instant.EPOCH);
        }
        return Optional.empty();
    }

    /** A restart by a lease does not wait for a host; it is tried again when one comes up. */
    void ended(Turn turn, Operation operation) {
        Problem problem = operation.problem();
        if (operation.request() instanceof Request.RestartByLease(UUID vmId)
                && problem != null
                && problem.type() == Problem.Type.NO_HOST) {
            turn.inventory()
                    .vm(vmId)
                    .ifPresent(vm -> turn.inventory()
                            .cluster(vm.spec().clusterId())
                            .ifPresent(cluster -> relieveFor(turn, cluster, vm)));
        }
    }

    private void relieveFor(Turn turn, Cluster cluster, Vm vm) {
        Vm unbound = vm.withStatus(vm.status().on(null));
        boolean coming =
                asleep(turn.inventory(), cluster).stream().anyMatch(host -> HostSleep.wakes(turn.inventory(), host));
        if (!coming) {
            wakeFor(turn, cluster, FailoverProof.whatIf(turn.inventory(), cluster), unbound, null, false);
        }
    }
}
