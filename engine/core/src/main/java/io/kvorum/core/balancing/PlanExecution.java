package io.kvorum.core.balancing;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.BalancingPlan.PlanSwitch;
import io.kvorum.core.inventory.BalancingPlan.SwitchState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.scheduling.HostLoads;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes a running plan from move to move.
 *
 * <ol>
 *   <li>Moves start in their order, as many at once as the cluster's policy allows for it and for each host; the first that has
 *       to wait holds back those after it.
 *   <li>Before it starts, a move is looked at again as things are now: one that would not help any more, or that the rules do not
 *       allow, is skipped, with the reason.
 *   <li>A move is an ordinary migration. How it ended is read from its operation, or, after a change of leader in between, from
 *       where the VM is.
 *   <li>When no move is open, hosts are switched off, each after another look too. Where what hosts tell speaks against it, they are
 *       given the time to tell what is so since the last move.
 *   <li>Whatever ends, the next is begun at once.
 * </ol>
 */
final class PlanExecution {

    /** Some reports long. */
    private static final Duration TO_TELL = Duration.ofMinutes(1);

    private final HostLoads loads;
    private final Demands demands;
    private final AdmissionControl admission;
    private final SwitchOffRules switchOff;
    private final BiConsumer<Turn, Request> operations;

    PlanExecution(
            HostLoads loads,
            Demands demands,
            AdmissionControl admission,
            SwitchOffRules switchOff,
            BiConsumer<Turn, Request> operations) {
        this.loads = loads;
        this.demands = demands;
        this.admission = admission;
        this.switchOff = switchOff;
        this.operations = operations;
    }

    /** Which VMs may move again for the sake of others, as the stored plans tell. */
    static Predicate<UUID> rested(Turn turn, Cluster cluster) {
        Map<UUID, TravelRest> rests = new HashMap<>();
        turn.inventory().balancingPlans().stream()
                .filter(plan -> plan.clusterId().equals(cluster.id()))
                .flatMap(plan -> plan.moves().stream())
                .filter(move -> move.state() == MoveState.MOVED && move.endedAt() != null)
                .sorted((a, b) -> ended(a).compareTo(ended(b)))
                .forEach(move -> rests.computeIfAbsent(move.vmId(), id -> new TravelRest())
                        .moved(nanos(ended(move))));
        long now = nanos(turn.instant());
        return vmId -> !rests.containsKey(vmId) || rests.get(vmId).rested(now);
    }

    private static Instant ended(PlanMove move) {
        return move.endedAt() == null ? Instant.EPOCH : move.endedAt();
    }

    private static long nanos(Instant instant) {
        return Duration.between(Instant.EPOCH, instant).toNanos();
    }

    void advance(Turn turn, Cluster cluster, BalancingPlan plan) {
        settle(turn, plan);
        for (PlanMove move : current(turn, plan).moves()) {
            if (move.state() == MoveState.PLANNED) {
                Optional<String> skip = objection(turn, cluster, move);
                if (skip.isPresent()) {
                    change(turn, plan.id(), move.vmId(), MoveState.SKIPPED, skip.get());
                } else if (busy(turn, cluster, move)) {
                    break;
                } else {
                    start(turn, plan, move);
                }
            }
        }
        if (current(turn, plan).moves().stream().noneMatch(move -> move.state().open())) {
            switchOff(turn, cluster, current(turn, plan));
            BalancingPlan now = current(turn, plan);
            if (now.switches().stream().noneMatch(one -> one.state().open())) {
                Balancer.end(turn, now, PlanState.DONE, outcome(now));
            }
        }
    }

    /** One after the other, so that each look is at what the others have left. */
    private void switchOff(Turn turn, Cluster cluster, BalancingPlan plan) {
        for (PlanSwitch one : plan.switches()) {
            Optional<Host> host = turn.inventory().host(one.hostId());
            if (one.state() == SwitchState.SWITCHING) {
                if (turn.inventory().locked(Kind.HOST, one.hostId())) {
                    return;
                }
                boolean off = host.filter(Host::sleeps).isPresent();
                change(
                        turn,
                        plan,
                        one,
                        off ? SwitchState.SWITCHED_OFF : SwitchState.FAILED,
                        off ? null : "It is not off; see its events.");
            } else if (one.state() == SwitchState.PLANNED) {
                Optional<String> objection = host.isEmpty()
                        ? Optional.of("The host is gone.")
                        : switchOff.objection(turn, cluster, host.get());
                if (objection.isEmpty()) {
                    objection = switchOff.toldObjection(turn, cluster, host.orElseThrow());
                    if (objection.isPresent() && movedOfLate(turn, plan)) {
                        return;
                    }
                }
                if (objection.isPresent()) {
                    change(turn, plan, one, SwitchState.SKIPPED, objection.get());
                } else {
                    turn.put(current(turn, plan).with(one.hostId(), SwitchState.SWITCHING, null, null));
                    operations.accept(turn, new Request.PowerHost(one.hostId(), PowerTask.SLEEP));
                    return;
                }
            }
        }
    }

    private static boolean movedOfLate(Turn turn, BalancingPlan plan) {
        return current(turn, plan).moves().stream()
                .filter(move -> move.state() == MoveState.MOVED)
                .anyMatch(move -> ended(move).plus(TO_TELL).isAfter(turn.instant()));
    }

    private static void change(
            Turn turn, BalancingPlan plan, PlanSwitch one, SwitchState state, @Nullable String note) {
        turn.put(current(turn, plan).with(one.hostId(), state, note, turn.instant()));
    }

    private void start(Turn turn, BalancingPlan plan, PlanMove move) {
        turn.put(current(turn, plan).with(move.vmId(), PlanMove::moving));
        operations.accept(turn, new Request.MigrateVm(move.vmId(), move.to().hostId()));
    }

    private static BalancingPlan current(Turn turn, BalancingPlan plan) {
        return turn.inventory().balancingPlan(plan.id()).orElseThrow();
    }

    /** Moves whose migration ended unseen. */
    private static void settle(Turn turn, BalancingPlan plan) {
        for (PlanMove move : plan.moves()) {
            boolean over = move.state() == MoveState.MOVING && !turn.inventory().locked(Kind.VM, move.vmId());
            if (over) {
                boolean there = turn.inventory()
                        .vm(move.vmId())
                        .filter(vm -> move.to().hostId().equals(vm.hostId()))
                        .isPresent();
                change(
                        turn,
                        plan.id(),
                        move.vmId(),
                        there ? MoveState.MOVED : MoveState.FAILED,
                        there
                                ? null
                                : "Its migration did not end on " + move.to().hostName() + ".");
            }
        }
    }

    private static void change(Turn turn, UUID planId, UUID vmId, MoveState state, @Nullable String note) {
        turn.inventory()
                .balancingPlan(planId)
                .ifPresent(plan -> turn.put(plan.with(vmId, move -> move.ended(state, note, turn.instant()))));
    }

    private static boolean busy(Turn turn, Cluster cluster, PlanMove move) {
        List<Vm> moving = turn.inventory().hostsOf(cluster.id()).stream()
                .map(Host::id)
                .flatMap(id -> turn.inventory().vmsOn(id).stream())
                .filter(vm -> vm.state() == VmState.MIGRATING)
                .distinct()
                .toList();
        int perHost = cluster.balancing().migrationsPerHost();
        return moving.size() >= cluster.balancing().migrationsPerCluster()
                || touching(moving, move.from().hostId()) >= perHost
                || touching(moving, move.to().hostId()) >= perHost;
    }

    private static long touching(List<Vm> moving, UUID hostId) {
        return moving.stream().filter(vm -> vm.bindsTo(hostId)).count();
    }

    /** Why the move is not to be made as things are now. */
    private Optional<String> objection(Turn turn, Cluster cluster, PlanMove move) {
        Optional<Vm> found = turn.inventory().vm(move.vmId());
        if (found.isEmpty()) {
            return Optional.of("The VM is gone.");
        }
        if (!move.from().hostId().equals(found.get().hostId())) {
            return Optional.of("The VM is not on " + move.from().hostName() + " any more.");
        }
        ClusterLoads now = new ClusterLoads(turn, cluster, loads, demands, id -> true);
        OptionalInt vm = now.vmIndex(move.vmId());
        OptionalInt target = now.hostIndex(move.to().hostId());
        if (vm.isEmpty() || now.hostIndex(move.from().hostId()).isEmpty()) {
            return Optional.of("The VM cannot move now, or its host does not say how busy it is.");
        }
        if (target.isEmpty()) {
            return Optional.of(
                    move.to().hostName() + " is not up, is held by an operation, or does not say how busy it is.");
        }
        PlacementRules rules = new PlacementRules(turn.inventory(), cluster, loads, now);
        if (!rules.allows(now.model(), vm.getAsInt(), target.getAsInt())) {
            return Optional.of(move.to().hostName() + " cannot take the VM now.");
        }
        Optional<String> useless = switch (move.purpose()) {
            case EVEN_OUT -> uneven(cluster, move, now, rules, vm.getAsInt(), target.getAsInt());
            case EMPTY_HOST -> emptying(cluster, move, now, rules, vm.getAsInt(), target.getAsInt());
            case REPAIR_AFFINITY ->
                AffinityRepair.needed(rules, found.get())
                        ? Optional.empty()
                        : Optional.of("No rule of its affinity groups is broken any more.");
        };
        if (useless.isPresent()) {
            return useless;
        }
        return admission.objection(turn.inventory(), found.get(), move.to().hostId());
    }

    private static Optional<String> uneven(
            Cluster cluster, PlanMove move, ClusterLoads now, PlacementRules rules, int vm, int target) {
        EvenDistribution distribution = new EvenDistribution(now.model(), rules, EvenPlanner.parameters(cluster));
        boolean helps = distribution.needed(vm) && distribution.make(vm, target).isPresent();
        return helps
                ? Optional.empty()
                : Optional.of("It would not help any more, as busy as "
                        + move.from().hostName() + " and " + move.to().hostName() + " are now.");
    }

    private static Optional<String> emptying(
            Cluster cluster, PlanMove move, ClusterLoads now, PlacementRules rules, int vm, int target) {
        if (cluster.scheduling().name() != PolicyName.POWER_SAVING) {
            return Optional.of("Cluster " + cluster.name() + " does not save power any more.");
        }
        LoadModel model = now.model();
        int from = model.hostOf(vm);
        double use = model.cpu(from) / model.host(from).cpuCapacity();
        if (use * 100 >= cluster.powerSaving().lowUtilizationPercent()) {
            return Optional.of(move.from().hostName() + " is busy by now.");
        }
        return new PowerSaving(model, rules, SavingPlanner.parameters(cluster)).fits(vm, target)
                ? Optional.empty()
                : Optional.of(move.to().hostName() + " has not the room any more.");
    }

    void ended(Turn turn, Operation operation) {
        if (operation.request() instanceof Request.PowerHost(UUID hostId, PowerTask task) && task == PowerTask.SLEEP) {
            boolean off = operation.state() == OperationState.SUCCEEDED;
            for (BalancingPlan plan : List.copyOf(turn.inventory().balancingPlans())) {
                plan.switches().stream()
                        .filter(one -> one.hostId().equals(hostId) && one.state() == SwitchState.SWITCHING)
                        .forEach(one -> change(
                                turn,
                                plan,
                                one,
                                off ? SwitchState.SWITCHED_OFF : SwitchState.FAILED,
                                off ? null : why(operation)));
            }
        }
        if (operation.request() instanceof Request.MigrateVm(UUID vmId, var hostId, var clusterId)) {
            for (BalancingPlan plan : List.copyOf(turn.inventory().balancingPlans())) {
                plan.moves().stream()
                        .filter(move -> move.vmId().equals(vmId) && move.state() == MoveState.MOVING)
                        .findFirst()
                        .ifPresent(move -> ended(turn, plan, move, operation));
            }
        }
    }

    private static void ended(Turn turn, BalancingPlan plan, PlanMove move, Operation operation) {
        boolean moved = operation.state() == OperationState.SUCCEEDED;
        change(turn, plan.id(), move.vmId(), moved ? MoveState.MOVED : MoveState.FAILED, moved ? null : why(operation));
    }

    private static @Nullable String why(Operation operation) {
        return operation.problem() == null
                ? operation.summary()
                : operation.problem().detail();
    }

    private static String outcome(BalancingPlan plan) {
        StringBuilder words = new StringBuilder();
        for (MoveState state : MoveState.values()) {
            add(
                    words,
                    state,
                    plan.moves().stream().filter(move -> move.state() == state).count(),
                    "");
        }
        for (SwitchState state : SwitchState.values()) {
            long count =
                    plan.switches().stream().filter(one -> one.state() == state).count();
            add(words, state, count, state == SwitchState.SWITCHED_OFF ? "" : " to switch off");
        }
        return words.append('.').toString();
    }

    private static void add(StringBuilder words, Enum<?> state, long count, String more) {
        if (count > 0) {
            words.append(words.isEmpty() ? "" : ", ")
                    .append(count)
                    .append(' ')
                    .append(state.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                    .append(more);
        }
    }
}
