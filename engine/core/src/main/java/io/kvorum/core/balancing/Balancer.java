package io.kvorum.core.balancing;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.balancing.EvenDistribution.Parameters;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.HostChange;
import io.kvorum.core.inventory.BalancingPlan.HostUse;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import io.kvorum.core.scheduling.HostLoads;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Keeps clusters balanced, by plans that are stored and can be read.
 *
 * <ol>
 *   <li>A host that was above a threshold for CpuOverCommitDurationMinutes, or, where the policy is more aggressive than that,
 *       a cluster that is not even enough, is reason for a plan. It is made by {@link EvenDistribution} from what was measured.
 *   <li>The plan is stored: as running, or as proposed where an operator reviews plans.
 *   <li>Its moves are started in their order by {@link PlanExecution}, each after another look; a new leader goes on with
 *       what is stored.
 *   <li>A plan that nobody reviewed in time is outdated.
 * </ol>
 *
 * Invariant: a cluster has at most one open plan.
 */
public final class Balancer {

    private static final Duration BETWEEN_RELIEFS = Duration.ofMinutes(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(5);
    private static final Duration REVIEW = Duration.ofHours(1);
    private static final int ENDED_PLANS_KEPT = 10;
    private static final int MOVES_IN_WORDS = 3;

    private final HostLoads loads;
    private final Overload overload;
    private final PlanExecution execution;
    private final Map<UUID, Long> lookedNanos = new HashMap<>();

    public Balancer(HostLoads loads, AdmissionControl admission, BiConsumer<Turn, Request> operations) {
        this.loads = loads;
        overload = new Overload(loads);
        execution = new PlanExecution(loads, admission, operations);
    }

    /** Looks at every cluster; to be called regularly. */
    public void tick(Turn turn) {
        for (Cluster cluster : List.copyOf(turn.inventory().clusters())) {
            Optional<String> overloaded = overload.observe(turn, cluster);
            Optional<BalancingPlan> open = open(turn, cluster.id());
            if (open.isPresent()) {
                goOn(turn, cluster, open.get());
            } else if (balanced(cluster)) {
                reason(turn, cluster, overloaded).ifPresent(why -> plan(turn, cluster, why));
            }
        }
    }

    /** A migration may have been a plan's. */
    public void ended(Turn turn, Operation operation) {
        execution.ended(turn, operation);
    }

    public void forget(UUID hostId) {
        overload.forget(hostId);
    }

    private static boolean balanced(Cluster cluster) {
        return cluster.scheduling().name() == PolicyName.EVENLY_DISTRIBUTED
                && cluster.balancing().mode() != BalancingMode.OFF;
    }

    private static Optional<BalancingPlan> open(Turn turn, UUID clusterId) {
        return turn.inventory().balancingPlans().stream()
                .filter(plan -> plan.open() && plan.clusterId().equals(clusterId))
                .findFirst();
    }

    private void goOn(Turn turn, Cluster cluster, BalancingPlan plan) {
        boolean moving = plan.moves().stream().anyMatch(move -> move.state() == MoveState.MOVING);
        if (!balanced(cluster) && !moving) {
            end(turn, plan, PlanState.OUTDATED, "Cluster " + cluster.name() + " is not balanced any more.");
        } else if (plan.state() == PlanState.RUNNING) {
            execution.advance(turn, cluster, plan);
        } else if (cluster.balancing().mode() == BalancingMode.AUTOMATIC) {
            turn.put(plan.to(PlanState.RUNNING, null));
        } else if (Duration.between(plan.meta().createdAt(), turn.instant()).compareTo(REVIEW) > 0) {
            end(turn, plan, PlanState.OUTDATED, "Nobody reviewed it within " + REVIEW.toMinutes() + " min.");
        }
    }

    static void end(Turn turn, BalancingPlan plan, PlanState state, String outcome) {
        turn.put(plan.to(state, outcome));
        turn.log(
                Severity.INFO,
                "balancing.plan_ended",
                "The " + plan.subject() + " has ended: " + outcome,
                plan.subject());
    }

    /** Why to plan now, if there is a reason and the last look was long enough ago. */
    private Optional<String> reason(Turn turn, Cluster cluster, Optional<String> overloaded) {
        long last = lookedNanos.computeIfAbsent(cluster.id(), id -> turn.nanos());
        long ago = turn.nanos() - last;
        if (overloaded.isPresent() && ago >= BETWEEN_RELIEFS.toNanos()) {
            return overloaded;
        }
        return cluster.balancing().aggressiveness() > 1 && ago >= BETWEEN_LOOKS.toNanos()
                ? Optional.of("CPU and memory were used unevenly")
                : Optional.empty();
    }

    private void plan(Turn turn, Cluster cluster, String why) {
        lookedNanos.put(cluster.id(), turn.nanos());
        List<PlanMove> moves = moves(turn, cluster);
        if (moves.isEmpty()) {
            return;
        }
        forgetOld(turn, cluster);
        boolean review = cluster.balancing().mode() == BalancingMode.REVIEW;
        UUID id = UUID.nameUUIDFromBytes((cluster.id() + "/" + turn.instant()).getBytes(StandardCharsets.UTF_8));
        BalancingPlan plan = new BalancingPlan(
                id,
                cluster.id(),
                "of cluster " + cluster.name(),
                review ? PlanState.PROPOSED : PlanState.RUNNING,
                why,
                null,
                moves,
                Meta.NONE);
        turn.put(plan);
        String words = moves.stream().limit(MOVES_IN_WORDS).map(PlanMove::words).collect(Collectors.joining("; "));
        turn.log(
                Severity.INFO,
                review ? "balancing.plan_proposed" : "balancing.plan_made",
                "Cluster " + cluster.name() + ": " + why + ". "
                        + (moves.size() == 1 ? "1 move" : moves.size() + " moves")
                        + (review ? ", to be approved: " : ": ") + words
                        + (moves.size() > MOVES_IN_WORDS ? "; …" : "."),
                plan.subject());
    }

    private static void forgetOld(Turn turn, Cluster cluster) {
        List<BalancingPlan> newestFirst = turn.inventory().balancingPlans().stream()
                .filter(plan -> plan.clusterId().equals(cluster.id()))
                .sorted(Comparator.comparing((BalancingPlan plan) -> plan.meta().createdAt())
                        .reversed())
                .toList();
        newestFirst.stream().skip(ENDED_PLANS_KEPT - 1).forEach(plan -> turn.remove(Kind.BALANCING_PLAN, plan.id()));
    }

    /** What the planner wants, but for moves after which fewer VMs would survive the failure of hosts. */
    private List<PlanMove> moves(Turn turn, Cluster cluster) {
        Predicate<UUID> rested = PlanExecution.rested(turn, cluster);
        ClusterLoads wanted = new ClusterLoads(turn, cluster, loads, rested);
        Parameters parameters = parameters(cluster);
        List<PlannedMove> planned = new EvenDistribution(
                        wanted.model(), new PlacementRules(turn.inventory(), cluster, loads, wanted), parameters)
                .plan();
        if (planned.isEmpty()) {
            return List.of();
        }
        ClusterLoads measured = new ClusterLoads(turn, cluster, loads, rested);
        PlacementRules rules = new PlacementRules(turn.inventory(), cluster, loads, measured);
        EvenDistribution stepByStep = new EvenDistribution(measured.model(), rules, parameters);
        List<PlanMove> moves = new ArrayList<>();
        int shortfalls = rules.shortfalls();
        for (PlannedMove move : planned) {
            Optional<PlannedMove> made = stepByStep.make(move.vm(), move.to());
            if (made.isPresent() && rules.shortfalls() > shortfalls) {
                stepByStep.takeBack(move.vm());
            } else {
                made.ifPresent(step -> moves.add(inWords(measured, step)));
            }
        }
        return moves;
    }

    static Parameters parameters(Cluster cluster) {
        return new Parameters(
                cluster.scheduling().highUtilizationPercent() / 100.0,
                cluster.balancing().memoryHighPercent() / 100.0,
                cluster.balancing().criticalPercent() / 100.0,
                cluster.balancing().aggressiveness(),
                Parameters.DEFAULT.mostMoves(),
                Parameters.DEFAULT.bytesPerSecond(),
                Parameters.DEFAULT.limit());
    }

    private static PlanMove inWords(ClusterLoads measured, PlannedMove move) {
        Vm vm = measured.vm(move.vm());
        return new PlanMove(
                vm.id(),
                vm.name(),
                change(measured.host(move.from()), move.fromBefore(), move.fromAfter()),
                change(measured.host(move.to()), move.toBefore(), move.toAfter()),
                move.cost().bytes(),
                move.cost().time().toMillis(),
                move.cost().downtime().toMillis(),
                MoveState.PLANNED,
                null,
                null);
    }

    private static HostChange change(Host host, Shares before, Shares after) {
        return new HostChange(
                host.id(),
                host.name(),
                new HostUse(before.cpu(), before.memory()),
                new HostUse(after.cpu(), after.memory()));
    }
}
