package io.kvorum.core.balancing;

import io.kvorum.core.balancing.EvenDistribution.Parameters;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan.HostChange;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.scheduling.HostLoads;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/** Moves of a plan that is being made, tried in their order on the cluster as it was measured. */
final class Draft {

    private final ClusterLoads measured;
    private final PlacementRules rules;
    private final List<PlanMove> moves = new ArrayList<>();
    private final List<PlannedMove> made = new ArrayList<>();

    Draft(Turn turn, Cluster cluster, HostLoads loads, Demands demands, Predicate<UUID> rested) {
        measured = new ClusterLoads(turn, cluster, loads, demands, rested);
        rules = new PlacementRules(turn.inventory(), cluster, loads, measured);
    }

    ClusterLoads measured() {
        return measured;
    }

    LoadModel model() {
        return measured.model();
    }

    PlacementRules rules() {
        return rules;
    }

    List<PlanMove> moves() {
        return List.copyOf(moves);
    }

    int size() {
        return moves.size();
    }

    void move(int vm, int to, MovePurpose purpose) {
        int from = model().hostOf(vm);
        Shares fromBefore = Shares.of(model(), from);
        Shares toBefore = Shares.of(model(), to);
        go(vm, to);
        LoadModel.VmLoad load = model().vm(vm);
        PlannedMove move = new PlannedMove(
                vm,
                from,
                to,
                fromBefore,
                Shares.of(model(), from),
                toBefore,
                Shares.of(model(), to),
                MigrationCost.of(load, Parameters.DEFAULT.bytesPerSecond()));
        made.add(move);
        moves.add(inWords(measured, move, purpose));
    }

    /** Takes back the last moves, so that so many are left. */
    void undoTo(int size) {
        while (made.size() > size) {
            PlannedMove last = made.removeLast();
            moves.removeLast();
            go(last.vm(), last.from());
        }
    }

    private void go(int vm, int to) {
        model().move(vm, to);
        rules.moved(vm, to);
    }

    static PlanMove inWords(ClusterLoads measured, PlannedMove move, MovePurpose purpose) {
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
                null,
                purpose);
    }

    private static HostChange change(Host host, Shares before, Shares after) {
        return new HostChange(host.id(), host.name(), before.stored(), after.stored());
    }
}
