package io.kvorum.core.balancing;

import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.RollingMaintenance;
import io.kvorum.core.inventory.RollingMaintenance.HostStep;
import io.kvorum.core.inventory.RollingMaintenance.PlanHost;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.HostSleep;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.operations.Step;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementOrder;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a plan of rolling maintenance from host to host.
 *
 * <ol>
 *   <li>Hosts leave in their order, as many at once as the plan says. Before one leaves, all of its VMs must find room on others, be it
 *       on hosts that sleep, and where admission control is enforced no fewer VMs may survive the failure of hosts than before; else it
 *       waits, and is looked at again every minute.
 *   <li>It is put into maintenance by the ordinary operation, which moves its VMs away within the cluster's limits.
 *   <li>Then an operator has it until it is up again; or it upgrades its software; or its power is cycled, as it is after an upgrade that wants
 *       that, and once it tells of another boot it is activated.
 *   <li>Whatever fails pauses the plan: an operator looks, and resumes it with the next host.
 *   <li>All of that is read from the stored plan and from the hosts, so that a new leader goes on with it.
 * </ol>
 */
final class RollingExecution {

    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);
    private static final Duration BOOT = Duration.ofMinutes(30);
    private static final Duration RETURN = Duration.ofMinutes(10);

    private final HostLoads loads;
    private final BiConsumer<Turn, Request> operations;

    RollingExecution(HostLoads loads, BiConsumer<Turn, Request> operations) {
        this.loads = loads;
        this.operations = operations;
    }

    /** Whether the end of such a request may let the plan go on. */
    static boolean concerns(RollingMaintenance rolling, Request request) {
        UUID host = switch (request) {
            case Request.MaintainHost(UUID hostId) -> hostId;
            case Request.ActivateHost(UUID hostId) -> hostId;
            case Request.PowerHost(UUID hostId, PowerTask task) -> hostId;
            case Request.UpgradeHost(UUID hostId) -> hostId;
            default -> null;
        };
        return rolling.hosts().stream().anyMatch(each -> each.hostId().equals(host));
    }

    void advance(Turn turn, Cluster cluster, BalancingPlan plan) {
        for (PlanHost host : rolling(turn, plan.id()).hosts()) {
            settle(turn, plan.id(), host, null);
        }
        begin(turn, cluster, plan.id());
        BalancingPlan now = current(turn, plan.id());
        RollingMaintenance rolling = rolling(turn, plan.id());
        if (now.open() && rolling.over()) {
            Balancer.end(turn, now, PlanState.DONE, rolling.words() + ".");
        }
    }

    /** An operation about a host has ended; one that a plan began and that came to nothing fails the host. */
    void ended(Turn turn, Operation operation) {
        if (!operation.requestedBy().equals(Balancer.REQUESTED_BY)) {
            return;
        }
        if (operation.state() == OperationState.SUCCEEDED) {
            if (operation.request() instanceof Request.UpgradeHost(UUID hostId)) {
                boolean wantsReboot = operation.steps().stream()
                        .map(Step::outcome)
                        .anyMatch(outcome -> outcome != null && outcome.wantsReboot());
                at(turn, hostId, HostStep.UPGRADING, (plan, host) -> upgraded(turn, plan.id(), host, wantsReboot));
            }
            return;
        }
        switch (operation.request()) {
            case Request.MaintainHost(UUID hostId) -> failed(turn, hostId, HostStep.DRAINING, operation);
            case Request.PowerHost(UUID hostId, PowerTask task)
            when task == PowerTask.RESTART -> failed(turn, hostId, HostStep.REBOOTING, operation);
            case Request.UpgradeHost(UUID hostId) -> failed(turn, hostId, HostStep.UPGRADING, operation);
            default -> {}
        }
    }

    private void failed(Turn turn, UUID hostId, HostStep step, Operation operation) {
        at(turn, hostId, step, (plan, host) -> settle(turn, plan.id(), host, why(operation)));
    }

    /** The plans in which that host is at that step. */
    private static void at(Turn turn, UUID hostId, HostStep step, BiConsumer<BalancingPlan, PlanHost> then) {
        for (BalancingPlan plan : List.copyOf(turn.inventory().balancingPlans())) {
            if (plan.open() && plan.rolling() != null) {
                plan.rolling().hosts().stream()
                        .filter(host -> host.hostId().equals(hostId) && host.step() == step)
                        .findFirst()
                        .ifPresent(host -> then.accept(plan, host));
            }
        }
    }

    private static String why(Operation operation) {
        return operation.problem() == null
                ? Objects.requireNonNullElse(operation.summary(), "It was called off.")
                : operation.problem().detail();
    }

    /** @param failure why an operation on it failed just now; null if none did */
    private void settle(Turn turn, UUID planId, PlanHost each, @Nullable String failure) {
        Optional<Host> found = turn.inventory().host(each.hostId());
        if (!each.step().underWay()) {
            return;
        }
        if (found.isEmpty()) {
            change(turn, planId, each.to(HostStep.SKIPPED, "The host is gone.", turn.instant()));
            return;
        }
        Host host = found.get();
        boolean locked = failure == null && turn.inventory().locked(Kind.HOST, host.id());
        switch (each.step()) {
            case DRAINING -> {
                if (!locked) {
                    drained(turn, planId, each, host, failure);
                }
            }
            case IN_MAINTENANCE -> {
                if (host.state() == HostState.UP) {
                    change(turn, planId, each.to(HostStep.DONE, null, turn.instant()));
                }
            }
            case UPGRADING -> {
                if (!locked) {
                    failed(turn, planId, each, failure == null ? "It was not upgraded; see its operations." : failure);
                }
            }
            case REBOOTING -> {
                if (!locked) {
                    rebooted(turn, planId, each, host, failure);
                }
            }
            case RETURNING -> {
                if (host.state() == HostState.UP) {
                    change(turn, planId, each.to(HostStep.DONE, null, turn.instant()));
                } else if (longer(turn, each, RETURN)) {
                    failed(turn, planId, each, "It was activated, and is not up " + RETURN.toMinutes() + " min later.");
                }
            }
            case PLANNED, DONE, FAILED, SKIPPED -> {}
        }
    }

    private void drained(Turn turn, UUID planId, PlanHost each, Host host, @Nullable String failure) {
        if (host.state() != HostState.MAINTENANCE) {
            failed(turn, planId, each, failure == null ? "It was not emptied; see its operations." : failure);
            return;
        }
        switch (rolling(turn, planId).task()) {
            case WAIT_FOR_OPERATOR -> waits(turn, planId, each, host, null);
            case REBOOT -> reboot(turn, planId, each, host);
            case UPGRADE -> {
                change(turn, planId, each.to(HostStep.UPGRADING, null, turn.instant()));
                operations.accept(turn, new Request.UpgradeHost(host.id()));
            }
        }
    }

    private static void waits(Turn turn, UUID planId, PlanHost each, Host host, @Nullable String why) {
        change(turn, planId, each.to(HostStep.IN_MAINTENANCE, why, turn.instant()));
        turn.log(
                Severity.INFO,
                "balancing.host_waits",
                "Host " + host.name() + " is in maintenance and waits for its operator; the plan goes on when it is"
                        + " activated." + (why == null ? "" : " " + why),
                host.subject());
    }

    private void reboot(Turn turn, UUID planId, PlanHost each, Host host) {
        change(turn, planId, each.rebooting(host.status().bootId(), turn.instant()));
        operations.accept(turn, new Request.PowerHost(host.id(), PowerTask.RESTART));
    }

    private void upgraded(Turn turn, UUID planId, PlanHost each, boolean wantsReboot) {
        Host host = turn.inventory().host(each.hostId()).orElseThrow();
        if (!wantsReboot) {
            returns(turn, planId, each, host);
        } else if (host.spec().powerManagement().usable()) {
            reboot(turn, planId, each, host);
        } else {
            waits(turn, planId, each, host, "It was upgraded and wants a reboot, and has no power management.");
        }
    }

    private void returns(Turn turn, UUID planId, PlanHost each, Host host) {
        change(turn, planId, each.to(HostStep.RETURNING, null, turn.instant()));
        operations.accept(turn, new Request.ActivateHost(host.id()));
    }

    private void rebooted(Turn turn, UUID planId, PlanHost each, Host host, @Nullable String failure) {
        boolean booted = !Objects.equals(each.bootId(), host.status().bootId());
        if (failure != null) {
            failed(turn, planId, each, failure);
        } else if (booted && host.state() == HostState.MAINTENANCE) {
            returns(turn, planId, each, host);
        } else if (booted && host.state() == HostState.UP) {
            change(turn, planId, each.to(HostStep.DONE, null, turn.instant()));
        } else if (longer(turn, each, BOOT)) {
            failed(turn, planId, each, "It was not heard again within " + BOOT.toMinutes() + " min of its reboot.");
        }
    }

    private static boolean longer(Turn turn, PlanHost each, Duration limit) {
        return each.since() != null && each.since().plus(limit).isBefore(turn.instant());
    }

    private static void failed(Turn turn, UUID planId, PlanHost each, String why) {
        change(turn, planId, each.to(HostStep.FAILED, why, turn.instant()));
        BalancingPlan plan = current(turn, planId);
        if (plan.state() == PlanState.RUNNING && !rolling(turn, planId).over()) {
            turn.put(plan.to(PlanState.PAUSED, null));
        }
        turn.log(
                Severity.WARNING,
                "balancing.host_failed",
                "Rolling maintenance of host " + each.hostName() + " failed: " + why
                        + (current(turn, planId).state() == PlanState.PAUSED
                                ? " The plan is paused; resume it, and it goes on with the next host."
                                : ""),
                plan.subject());
    }

    private void begin(Turn turn, Cluster cluster, UUID planId) {
        for (PlanHost each : rolling(turn, planId).hosts()) {
            boolean free =
                    rolling(turn, planId).underWay() < rolling(turn, planId).hostsAtOnce();
            if (each.step() == HostStep.PLANNED && current(turn, planId).state() == PlanState.RUNNING) {
                if (!free || each.since() != null && !longer(turn, each, BETWEEN_LOOKS)) {
                    return;
                }
                Optional<Host> host = turn.inventory().host(each.hostId());
                if (host.isEmpty() || host.get().state() != HostState.UP) {
                    String why = host.isEmpty() ? "The host is gone." : "It was not up when it was its turn.";
                    change(turn, planId, each.to(HostStep.SKIPPED, why, turn.instant()));
                } else if (!begin(turn, cluster, planId, each, host.get())) {
                    return;
                }
            }
        }
    }

    /** False if it has to wait, and those after it too. */
    private boolean begin(Turn turn, Cluster cluster, UUID planId, PlanHost each, Host host) {
        Optional<String> objection = objection(turn, cluster, host);
        if (objection.isPresent()) {
            change(turn, planId, each.to(HostStep.PLANNED, objection.get(), turn.instant()));
            if (!objection.get().equals(each.note())) {
                turn.log(
                        Severity.WARNING,
                        "balancing.host_cannot_leave",
                        "Host " + host.name() + " cannot be put into maintenance yet: " + objection.get(),
                        host.subject());
            }
            return false;
        }
        change(turn, planId, each.to(HostStep.DRAINING, null, turn.instant()));
        operations.accept(turn, new Request.MaintainHost(host.id()));
        return true;
    }

    /** Why the host cannot leave as things are now. */
    private Optional<String> objection(Turn turn, Cluster cluster, Host host) {
        if (turn.inventory().locked(Kind.HOST, host.id())) {
            return Optional.of("An operation has it to itself.");
        }
        Optional<Vm> fixed = turn.inventory().vmsOn(host.id()).stream()
                .filter(vm -> vm.spec().migration() == MigrationMode.PINNED || vm.state() == VmState.PAUSED)
                .findFirst();
        if (fixed.isPresent()) {
            return Optional.of("VM " + fixed.get().name() + " is "
                    + (fixed.get().state() == VmState.PAUSED ? "paused." : "pinned."));
        }
        Inventory supposed = emptying(turn.inventory(), cluster, host, false);
        Optional<Vm> stranded = stranded(supposed, cluster, host);
        if (stranded.isPresent()) {
            // The operation that empties it has them woken.
            supposed = emptying(turn.inventory(), cluster, host, true);
            stranded = stranded(supposed, cluster, host);
        }
        if (stranded.isPresent()) {
            return Optional.of("No other host could take VM " + stranded.get().name() + ".");
        }
        boolean weaker = cluster.admission().mode() == AdmissionMode.ENFORCE
                && shortfalls(supposed, cluster) > shortfalls(turn.inventory(), cluster);
        return weaker
                ? Optional.of(
                        "Without it, VMs could not be restarted after a failure, which the cluster's admission policy"
                                + " does not allow.")
                : Optional.empty();
    }

    /** The cluster as it is once the host takes no more VMs; with hosts that sleep as if they were on, or without. */
    private static Inventory emptying(Inventory inventory, Cluster cluster, Host host, boolean awake) {
        Inventory supposed = FailoverProof.whatIf(inventory, cluster);
        supposed.put(host.to(HostState.PREPARING_FOR_MAINTENANCE, null), Instant.EPOCH);
        if (awake) {
            inventory.hostsOf(cluster.id()).stream()
                    .filter(other -> HostSleep.sleepsOrWill(inventory, other))
                    .forEach(other -> SleepingHosts.wake(supposed, other));
        }
        return supposed;
    }

    /** The first of its VMs that finds no room, the largest asked first; none, if all are somewhere else in the end. */
    private Optional<Vm> stranded(Inventory supposed, Cluster cluster, Host host) {
        Scheduler scheduler = new Scheduler(supposed, loads);
        List<Vm> leaving = supposed.vmsOn(host.id()).stream()
                .filter(vm -> host.id().equals(vm.hostId()) && vm.status().targetHostId() == null)
                .sorted(PlacementOrder.HARDEST_FIRST)
                .toList();
        for (Vm vm : leaving) {
            PlacementRequest request = new PlacementRequest(vm, cluster, null, Set.of());
            Optional<Host> target = scheduler.choose(request);
            if (target.isEmpty()) {
                return Optional.of(vm);
            }
            supposed.put(scheduler.supposedOn(request, target.get()), Instant.EPOCH);
        }
        return Optional.empty();
    }

    private int shortfalls(Inventory inventory, Cluster cluster) {
        return FailoverProof.of(inventory, loads, cluster, cluster.admission().hostFailures(), null)
                .shortfalls()
                .size();
    }

    private static BalancingPlan current(Turn turn, UUID planId) {
        return turn.inventory().balancingPlan(planId).orElseThrow();
    }

    private static RollingMaintenance rolling(Turn turn, UUID planId) {
        return Objects.requireNonNull(current(turn, planId).rolling());
    }

    private static void change(Turn turn, UUID planId, PlanHost host) {
        BalancingPlan plan = current(turn, planId);
        turn.put(plan.with(Objects.requireNonNull(plan.rolling()).with(host)));
    }
}
