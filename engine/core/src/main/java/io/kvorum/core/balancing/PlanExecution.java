package io.kvorum.core.balancing;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
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
 * </ol>
 */
final class PlanExecution {

    private final HostLoads loads;
    private final AdmissionControl admission;
    private final BiConsumer<Turn, Request> operations;

    PlanExecution(HostLoads loads, AdmissionControl admission, BiConsumer<Turn, Request> operations) {
        this.loads = loads;
        this.admission = admission;
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
        BalancingPlan now = current(turn, plan);
        if (now.moves().stream().noneMatch(move -> move.state().open())) {
            Balancer.end(turn, now, PlanState.DONE, outcome(now));
        }
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
        ClusterLoads now = new ClusterLoads(turn, cluster, loads, id -> true);
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
        EvenDistribution distribution = new EvenDistribution(now.model(), rules, Balancer.parameters(cluster));
        boolean helps = distribution.needed(vm.getAsInt())
                && distribution.make(vm.getAsInt(), target.getAsInt()).isPresent();
        if (!helps) {
            return Optional.of("It would not help any more, as busy as "
                    + move.from().hostName() + " and " + move.to().hostName() + " are now.");
        }
        return admission.objection(turn.inventory(), found.get(), move.to().hostId());
    }

    void ended(Turn turn, Operation operation) {
        if (operation.request() instanceof Request.MigrateVm(UUID vmId, var hostId)) {
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
        String why = operation.problem() == null
                ? operation.summary()
                : operation.problem().detail();
        change(turn, plan.id(), move.vmId(), moved ? MoveState.MOVED : MoveState.FAILED, moved ? null : why);
    }

    private static String outcome(BalancingPlan plan) {
        StringBuilder words = new StringBuilder();
        for (MoveState state : MoveState.values()) {
            long count =
                    plan.moves().stream().filter(move -> move.state() == state).count();
            if (count > 0) {
                words.append(words.isEmpty() ? "" : ", ")
                        .append(count)
                        .append(' ')
                        .append(state.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            }
        }
        return words.append('.').toString();
    }
}
