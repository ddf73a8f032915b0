package io.kvorum.core.operations;

import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.RollingMaintenance;
import io.kvorum.core.inventory.RollingMaintenance.HostStep;
import io.kvorum.core.inventory.RollingMaintenance.PlanHost;
import io.kvorum.core.operations.Request.PlanReview;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An operator approves a proposed plan, rejects it, or leaves single moves out of it. Moves are made by the balancer, which
 * looks at each of them again; those after a move that was left out too.
 */
final class ReviewPlanProcedure implements Procedure<Request.ReviewPlan> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.ReviewPlan request) {
        return List.of(new Lock(Kind.BALANCING_PLAN, request.planId()));
    }

    @Override
    public Verdict begin(Work work, Request.ReviewPlan request) {
        Optional<BalancingPlan> found = work.inventory().balancingPlan(request.planId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("balancing plan", request.planId()));
        }
        BalancingPlan plan = found.get();
        Optional<Problem> stale = Revisions.stale(plan, request.expectedRevision());
        if (stale.isPresent()) {
            return Verdict.refuse(stale.get());
        }
        if (plan.rolling() != null) {
            return rolling(work, plan, plan.rolling(), request.review());
        }
        if (request.review().ordinal() > PlanReview.LEAVE_OUT.ordinal()) {
            return Verdict.refuse(Problem.conflict(
                    "The " + plan.subject()
                            + " moves VMs; only a plan to maintain hosts can be paused, resumed or aborted."
                            + " Set balancing.mode of its cluster to off to stop it.",
                    plan.subject()));
        }
        if (plan.state() != PlanState.PROPOSED) {
            return Verdict.refuse(Problem.conflict(
                    "The " + plan.subject() + " is " + VmRules.words(plan.state())
                            + "; only a proposed plan can be reviewed.",
                    plan.subject()));
        }
        return switch (request.review()) {
            case APPROVE -> reviewed(work, plan.to(PlanState.RUNNING, null), "approved");
            case REJECT ->
                reviewed(
                        work,
                        plan.to(
                                PlanState.REJECTED,
                                "Rejected by " + work.operation().requestedBy() + "."),
                        "rejected");
            case LEAVE_OUT -> leaveOut(work, plan, request.vmIds());
            case PAUSE, RESUME, ABORT -> throw new IllegalStateException("No review of moves: " + request.review());
        };
    }

    private static Verdict rolling(Work work, BalancingPlan plan, RollingMaintenance rolling, PlanReview review) {
        boolean fits = switch (review) {
            case PAUSE -> plan.state() == PlanState.RUNNING;
            case RESUME -> plan.state() == PlanState.PAUSED;
            case ABORT -> plan.open();
            case APPROVE, REJECT, LEAVE_OUT -> false;
        };
        if (!fits) {
            return Verdict.refuse(Problem.conflict(
                    "The " + plan.subject() + " maintains hosts and is " + VmRules.words(plan.state())
                            + "; one that is running can be paused, one that is paused resumed, both aborted.",
                    plan.subject()));
        }
        return switch (review) {
            case PAUSE -> reviewed(work, plan.to(PlanState.PAUSED, null), "paused");
            case RESUME -> reviewed(work, plan.to(PlanState.RUNNING, null), "resumed");
            case ABORT, APPROVE, REJECT, LEAVE_OUT -> aborted(work, plan, rolling);
        };
    }

    /** What is under way ends as an operation of its own; hosts in maintenance stay there. */
    private static Verdict aborted(Work work, BalancingPlan plan, RollingMaintenance rolling) {
        String by = "Aborted by " + work.operation().requestedBy() + ".";
        RollingMaintenance rest = rolling;
        for (PlanHost host : rolling.hosts()) {
            if (host.step() == HostStep.PLANNED || host.step().underWay()) {
                String note = host.step() == HostStep.PLANNED
                        ? by
                        : by + " It was " + VmRules.words(host.step()) + ": look after it.";
                rest = rest.with(host.to(HostStep.SKIPPED, note, work.turn().instant()));
            }
        }
        return reviewed(work, plan.with(rest).to(PlanState.ABORTED, by + " " + rest.words() + "."), "aborted");
    }

    private static Verdict leaveOut(Work work, BalancingPlan plan, List<UUID> vmIds) {
        BalancingPlan rest = plan;
        for (UUID vmId : vmIds) {
            if (plan.moves().stream()
                    .noneMatch(move -> move.vmId().equals(vmId) && move.state() == MoveState.PLANNED)) {
                return Verdict.refuse(Problem.conflict(
                        "The " + plan.subject() + " does not plan to move a VM with the id " + vmId + ".",
                        plan.subject()));
            }
            rest = rest.with(
                    vmId,
                    move -> move.ended(
                            MoveState.LEFT_OUT,
                            "Left out by " + work.operation().requestedBy() + ".",
                            work.turn().instant()));
        }
        work.turn().put(rest);
        return new Verdict.Succeed(
                vmIds.size() == 1 ? "One move was left out." : vmIds.size() + " moves were left out.");
    }

    private static Verdict reviewed(Work work, BalancingPlan plan, String what) {
        work.turn().put(plan);
        String message = "The " + plan.subject() + " was " + what + ".";
        work.log(Severity.INFO, "balancing." + what, message, plan.subject());
        return new Verdict.Succeed(message);
    }
}
