package io.kvorum.core.balancing;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.AffinityRule;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.BalancingPlan.PlanSwitch;
import io.kvorum.core.inventory.BalancingPlan.SwitchState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.scheduling.HostLoads;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Keeps clusters balanced, by plans that are stored and can be read.
 *
 * <ol>
 *   <li>There is a reason for a plan where running VMs break a hard rule of their affinity groups ({@link AffinityRepair}); where a
 *       host was above a threshold for CpuOverCommitDurationMinutes, or, where the policy is more aggressive than that, a
 *       cluster is not even enough ({@link EvenPlanner}); where a cluster saves power, and hosts have little to do
 *       ({@link SavingPlanner}). It is made from what was measured.
 *   <li>The plan is stored: as running, or as proposed where an operator reviews plans.
 *   <li>Its moves are started in their order by {@link PlanExecution}, each after another look, and hosts are switched off after
 *       them; a new leader goes on with what is stored.
 *   <li>A plan that nobody reviewed in time is outdated.
 *   <li>Hosts that power saving switched off are woken when they are needed ({@link HostWaking}); that needs no plan.
 * </ol>
 *
 * Plans of rolling maintenance, which an operator asks for, are carried out by {@link RollingExecution}, whatever the policy.
 *
 * <p>Invariant: a cluster has at most one open plan.
 */
public final class Balancer {

    /** Who asks for the operations that are its own. */
    public static final String REQUESTED_BY = "system/balancing";

    private static final Duration BETWEEN_RELIEFS = Duration.ofMinutes(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(5);
    private static final Duration REVIEW = Duration.ofHours(1);
    private static final int ENDED_PLANS_KEPT = 10;
    private static final int MOVES_IN_WORDS = 3;

    private final Overload overload;
    private final Idleness idleness;
    private final Demands demands;
    private final EvenPlanner even;
    private final SavingPlanner saving;
    private final AffinityRepair repair;
    private final PlanExecution execution;
    private final RollingExecution rolling;
    private final HostWaking waking;
    private final Pace reliefs = Pace.atOnce(BETWEEN_RELIEFS);
    private final Pace repairs = Pace.atOnce(BETWEEN_RELIEFS);
    private final Pace savings = Pace.waiting(BETWEEN_RELIEFS);
    private final Pace looks = Pace.waiting(BETWEEN_LOOKS);
    private final Map<UUID, List<AffinityRule>> rules = new HashMap<>();
    private boolean goingOn;

    /** @param notEmpty why it is not certain that a host runs no guest, in words */
    public Balancer(
            HostLoads loads,
            AdmissionControl admission,
            SleepingHosts sleepers,
            Function<UUID, Optional<String>> notEmpty,
            BiConsumer<Turn, Request> operations) {
        overload = new Overload(loads);
        idleness = new Idleness(loads);
        demands = new Demands(loads);
        SwitchOffRules switchOff = new SwitchOffRules(loads, demands, notEmpty);
        even = new EvenPlanner(loads, demands);
        saving = new SavingPlanner(loads, demands, idleness, switchOff);
        repair = new AffinityRepair(loads, demands);
        execution = new PlanExecution(loads, demands, admission, switchOff, operations);
        rolling = new RollingExecution(loads, operations);
        waking = new HostWaking(loads, demands, admission, sleepers, operations);
    }

    /** Looks at every cluster; to be called regularly. */
    public void tick(Turn turn) {
        demands.observe(turn);
        goingOn = true;
        for (Cluster cluster : List.copyOf(turn.inventory().clusters())) {
            Optional<String> overloaded = overload.observe(turn, cluster);
            idleness.observe(turn, cluster);
            if (open(turn, cluster.id()).isEmpty() && balanced(cluster)) {
                propose(turn, cluster, overloaded)
                        .filter(proposal -> !proposal.isEmpty())
                        .ifPresent(proposal -> store(turn, cluster, proposal));
            }
            open(turn, cluster.id()).ifPresent(plan -> goOn(turn, cluster, plan));
            waking.tick(turn, cluster);
        }
        goingOn = false;
    }

    /** Wakes hosts for VMs that wait to be started, or to leave their host; to be called often. */
    public void wakeForWaiting(Turn turn) {
        waking.forWaiting(turn);
    }

    /** A migration may have been a plan's, which goes on then. */
    public void ended(Turn turn, Operation operation) {
        demands.ended(turn, operation);
        execution.ended(turn, operation);
        rolling.ended(turn, operation);
        waking.ended(turn, operation);
        goOnAfter(turn, operation.request());
        if (operation.request() instanceof Request.PowerHost(UUID hostId, PowerTask task)
                && task == PowerTask.SLEEP
                && operation.state() != OperationState.SUCCEEDED) {
            idleness.keepOn(turn, hostId);
        }
    }

    private void goOnAfter(Turn turn, Request request) {
        if (goingOn) {
            return; // A move that was refused at once: whoever began it goes on with the next.
        }
        goingOn = true;
        for (BalancingPlan plan : List.copyOf(turn.inventory().balancingPlans())) {
            boolean goesOn = plan.state() == PlanState.RUNNING || (plan.open() && plan.rolling() != null);
            if (goesOn && concerns(plan, request)) {
                turn.inventory().cluster(plan.clusterId()).ifPresent(cluster -> goOn(turn, cluster, plan));
            }
        }
        goingOn = false;
    }

    private static boolean concerns(BalancingPlan plan, Request request) {
        if (plan.rolling() != null && RollingExecution.concerns(plan.rolling(), request)) {
            return true;
        }
        return switch (request) {
            case Request.MigrateVm(UUID vmId, var hostId, var clusterId) ->
                plan.moves().stream().anyMatch(move -> move.vmId().equals(vmId));
            case Request.PowerHost(UUID hostId, var task) ->
                plan.switches().stream().anyMatch(one -> one.hostId().equals(hostId));
            case Request.ReviewPlan review -> review.planId().equals(plan.id());
            default -> false;
        };
    }

    public void forget(UUID hostId) {
        overload.forget(hostId);
        idleness.forget(hostId);
    }

    private static boolean balanced(Cluster cluster) {
        PolicyName policy = cluster.scheduling().name();
        return (policy == PolicyName.EVENLY_DISTRIBUTED || policy == PolicyName.POWER_SAVING)
                && cluster.balancing().mode() != BalancingMode.OFF;
    }

    private static Optional<BalancingPlan> open(Turn turn, UUID clusterId) {
        return turn.inventory().balancingPlans().stream()
                .filter(plan -> plan.open() && plan.clusterId().equals(clusterId))
                .findFirst();
    }

    private void goOn(Turn turn, Cluster cluster, BalancingPlan plan) {
        if (plan.rolling() != null) {
            rolling.advance(turn, cluster, plan);
            return;
        }
        boolean moving = plan.moves().stream().anyMatch(move -> move.state() == MoveState.MOVING)
                || plan.switches().stream().anyMatch(one -> one.state() == SwitchState.SWITCHING);
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

    /** What to do about the cluster, if there is a reason and the last look was long enough ago. */
    private Optional<Proposal> propose(Turn turn, Cluster cluster, Optional<String> overloaded) {
        List<AffinityRule> now = AffinityRepair.hard(turn, cluster);
        boolean changed = !now.equals(rules.put(cluster.id(), now));
        if (!now.isEmpty() && (repairs.due(turn, cluster.id()) || changed)) {
            repairs.done(turn, cluster.id());
            Proposal repaired = repair.plan(turn, cluster);
            if (!repaired.isEmpty()) {
                return Optional.of(repaired);
            }
        }
        boolean savesPower = cluster.scheduling().name() == PolicyName.POWER_SAVING;
        if (overloaded.isPresent()) {
            return reliefs.due(turn, cluster.id())
                    ? Optional.of(relief(turn, cluster, overloaded.get(), savesPower))
                    : Optional.empty();
        }
        if (savesPower) {
            return savings.due(turn, cluster.id()) ? Optional.of(saving.plan(turn, cluster)) : Optional.empty();
        }
        return cluster.balancing().aggressiveness() > 1 && looks.due(turn, cluster.id())
                ? Optional.of(even.plan(turn, cluster, "CPU and memory were used unevenly"))
                : Optional.empty();
    }

    private Proposal relief(Turn turn, Cluster cluster, String why, boolean savesPower) {
        looks.done(turn, cluster.id());
        Proposal relief = even.plan(turn, cluster, why);
        if (!relief.isEmpty()) {
            overload.planned(turn, cluster);
        }
        if (relief.isEmpty() && savesPower) {
            waking.relieve(turn, cluster, why + ", and no other host that is on could relieve it");
        }
        return relief;
    }

    private void store(Turn turn, Cluster cluster, Proposal proposal) {
        forgetOld(turn, cluster);
        boolean review = cluster.balancing().mode() == BalancingMode.REVIEW;
        UUID id = UUID.nameUUIDFromBytes((cluster.id() + "/" + turn.instant()).getBytes(StandardCharsets.UTF_8));
        BalancingPlan plan = new BalancingPlan(
                id,
                cluster.id(),
                "of cluster " + cluster.name(),
                review ? PlanState.PROPOSED : PlanState.RUNNING,
                proposal.reason(),
                null,
                proposal.moves(),
                Meta.NONE,
                proposal.switches());
        turn.put(plan);
        turn.log(
                Severity.INFO,
                review ? "balancing.plan_proposed" : "balancing.plan_made",
                "Cluster " + cluster.name() + ": " + proposal.reason() + ". " + (review ? "To be approved: " : "")
                        + words(proposal),
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

    /** Such as "2 moves: move db-2 from h3 to h7: …; …. Then h3 is switched off." */
    private static String words(Proposal proposal) {
        List<PlanMove> moves = proposal.moves();
        StringBuilder words = new StringBuilder();
        if (!moves.isEmpty()) {
            words.append(moves.size() == 1 ? "1 move: " : moves.size() + " moves: ")
                    .append(moves.stream()
                            .limit(MOVES_IN_WORDS)
                            .map(PlanMove::words)
                            .collect(Collectors.joining("; ")))
                    .append(moves.size() > MOVES_IN_WORDS ? "; …" : ".");
        }
        if (!proposal.switches().isEmpty()) {
            words.append(moves.isEmpty() ? "" : " Then ")
                    .append(proposal.switches().stream()
                            .map(PlanSwitch::hostName)
                            .collect(Collectors.joining(", ")))
                    .append(proposal.switches().size() == 1 ? " is" : " are")
                    .append(" switched off.");
        }
        return words.toString();
    }
}
