package io.kvorum.core.operations;

import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
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
        };
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
