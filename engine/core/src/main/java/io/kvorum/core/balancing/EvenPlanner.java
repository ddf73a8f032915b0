package io.kvorum.core.balancing;

import io.kvorum.core.balancing.EvenDistribution.Parameters;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.scheduling.HostLoads;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Plans what {@link EvenDistribution} wants, but for moves after which fewer VMs would survive the failure of hosts. */
final class EvenPlanner {

    private final HostLoads loads;
    private final Demands demands;

    EvenPlanner(HostLoads loads, Demands demands) {
        this.loads = loads;
        this.demands = demands;
    }

    /** A cluster that saves power is not evened out: only its over-utilized hosts are relieved. */
    static Parameters parameters(Cluster cluster) {
        return new Parameters(
                cluster.scheduling().highUtilizationPercent() / 100.0,
                cluster.balancing().memoryHighPercent() / 100.0,
                cluster.balancing().criticalPercent() / 100.0,
                cluster.scheduling().name() == PolicyName.POWER_SAVING
                        ? 1
                        : cluster.balancing().aggressiveness(),
                Parameters.DEFAULT.mostMoves(),
                Parameters.DEFAULT.bytesPerSecond(),
                Parameters.DEFAULT.limit(),
                cluster.balancing().io().diskHighPercent() / 100.0,
                cluster.balancing().io().networkHighPercent() / 100.0);
    }

    Proposal plan(Turn turn, Cluster cluster, String why) {
        return new Proposal(why, moves(turn, cluster), List.of());
    }

    private List<PlanMove> moves(Turn turn, Cluster cluster) {
        Predicate<UUID> rested = PlanExecution.rested(turn, cluster);
        ClusterLoads wanted = new ClusterLoads(turn, cluster, loads, demands, rested);
        Parameters parameters = parameters(cluster);
        List<PlannedMove> planned = new EvenDistribution(
                        wanted.model(), new PlacementRules(turn.inventory(), cluster, loads, wanted), parameters)
                .plan();
        if (planned.isEmpty()) {
            return List.of();
        }
        ClusterLoads measured = new ClusterLoads(turn, cluster, loads, demands, rested);
        PlacementRules rules = new PlacementRules(turn.inventory(), cluster, loads, measured);
        EvenDistribution stepByStep = new EvenDistribution(measured.model(), rules, parameters);
        List<PlanMove> moves = new ArrayList<>();
        int shortfalls = rules.shortfalls();
        for (PlannedMove move : planned) {
            Optional<PlannedMove> made = stepByStep.make(move.vm(), move.to());
            if (made.isPresent() && rules.shortfalls() > shortfalls) {
                stepByStep.takeBack(move.vm());
            } else {
                made.ifPresent(step -> moves.add(Draft.inWords(measured, step, MovePurpose.EVEN_OUT)));
            }
        }
        return moves;
    }
}
