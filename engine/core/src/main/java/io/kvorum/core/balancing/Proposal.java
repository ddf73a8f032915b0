package io.kvorum.core.balancing;

import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.BalancingPlan.PlanSwitch;
import java.util.List;

/** What a plan would consist of, and why, in words. */
record Proposal(String reason, List<PlanMove> moves, List<PlanSwitch> switches) {

    Proposal {
        moves = List.copyOf(moves);
        switches = List.copyOf(switches);
    }

    boolean isEmpty() {
        return moves.isEmpty() && switches.isEmpty();
    }
}
