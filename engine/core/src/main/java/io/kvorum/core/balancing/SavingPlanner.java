package io.kvorum.core.balancing;

import io.kvorum.core.balancing.PowerSaving.Parameters;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.BalancingPlan.PlanSwitch;
import io.kvorum.core.inventory.BalancingPlan.SwitchState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.HostLoads;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Plans which hosts to empty and to switch off.
 *
 * <ol>
 *   <li>{@link PowerSaving} says which hosts that have long been idle can be emptied onto which others.
 *   <li>Its moves are made again, in the order in which they shall happen, host after host: one of whose VMs a rule holds back at that
 *       point, or that the cluster needs ({@link SwitchOffRules}), is left as it is.
 *   <li>Empty hosts come first: they cost no move.
 * </ol>
 */
final class SavingPlanner {

    private static final int MOST_MOVES = EvenDistribution.Parameters.DEFAULT.mostMoves();

    private final HostLoads loads;
    private final Demands demands;
    private final Idleness idleness;
    private final SwitchOffRules rules;

    SavingPlanner(HostLoads loads, Demands demands, Idleness idleness, SwitchOffRules rules) {
        this.loads = loads;
        this.demands = demands;
        this.idleness = idleness;
        this.rules = rules;
    }

    static Parameters parameters(Cluster cluster) {
        double high = cluster.scheduling().highUtilizationPercent() / 100.0;
        return new Parameters(
                high,
                Parameters.DEFAULT.deviations(),
                high * Parameters.DEFAULT.relievedTo(),
                cluster.balancing().memoryHighPercent() / 100.0,
                cluster.balancing().io().diskHighPercent() / 100.0,
                cluster.balancing().io().networkHighPercent() / 100.0);
    }

    Proposal plan(Turn turn, Cluster cluster) {
        Predicate<UUID> rested = PlanExecution.rested(turn, cluster);
        Draft wanted = new Draft(turn, cluster, loads, demands, rested);
        LoadModel model = wanted.model();
        boolean[] candidates = new boolean[model.hostCount()];
        for (int host = 0; host < candidates.length; host++) {
            candidates[host] = mayBeEmptied(turn, cluster, wanted.measured(), host);
        }
        int[] targets = new int[model.vmCount()];
        List<Integer> emptied =
                new PowerSaving(model, wanted.rules(), parameters(cluster)).empty(host -> candidates[host]);
        for (int vm = 0; vm < targets.length; vm++) {
            targets[vm] = model.hostOf(vm);
        }
        return stepByStep(
                turn, cluster, new Draft(turn, cluster, loads, demands, rested), candidates, emptied, targets);
    }

    private boolean mayBeEmptied(Turn turn, Cluster cluster, ClusterLoads measured, int index) {
        Host host = measured.host(index);
        boolean allCanMove =
                turn.inventory().vmCount(host.id()) == measured.model().vmsOn(index).length;
        return allCanMove
                && idleness.idle(turn, cluster, host.id())
                && (!cluster.powerSaving().enableAutomaticHostPowerManagement()
                        || rules.candidate(turn, cluster, host).isEmpty());
    }

    private Proposal stepByStep(
            Turn turn, Cluster cluster, Draft draft, boolean[] candidates, List<Integer> emptied, int[] targets) {
        Set<Host> off = new LinkedHashSet<>();
        if (cluster.switchesHostsOff()) {
            IntStream.range(0, candidates.length)
                    .filter(host -> candidates[host] && draft.model().isEmpty(host))
                    .mapToObj(draft.measured()::host)
                    .sorted(Comparator.comparing(Host::name))
                    .forEach(host -> switchOff(turn, cluster, draft, host, off));
        }
        List<String> names = new ArrayList<>();
        for (int host : emptied) {
            int before = draft.size();
            Host source = draft.measured().host(host);
            boolean done = empty(cluster, draft, host, targets)
                    && (!cluster.switchesHostsOff() || switchOff(turn, cluster, draft, source, off));
            if (done) {
                names.add(source.name());
            } else {
                draft.undoTo(before);
            }
        }
        List<PlanSwitch> switches = off.stream()
                .map(host -> new PlanSwitch(host.id(), host.name(), SwitchState.PLANNED, null, null))
                .toList();
        String reason = names.isEmpty()
                ? "hosts were empty"
                : String.join(", ", names) + " used less than "
                        + cluster.powerSaving().lowUtilizationPercent() + " % of CPU";
        return new Proposal(reason, draft.moves(), switches);
    }

    private boolean empty(Cluster cluster, Draft draft, int host, int[] targets) {
        int[] vms = draft.model().vmsOn(host);
        if (draft.size() > 0 && draft.size() + vms.length > MOST_MOVES) {
            return false;
        }
        PowerSaving saving = new PowerSaving(draft.model(), draft.rules(), parameters(cluster));
        int shortfalls = draft.rules().shortfalls();
        for (int vm : vms) {
            if (targets[vm] == host || !saving.fits(vm, targets[vm])) {
                return false;
            }
            draft.move(vm, targets[vm], MovePurpose.EMPTY_HOST);
        }
        return draft.rules().shortfalls() <= shortfalls;
    }

    /** As if it were off, if the cluster can do without it. */
    private boolean switchOff(Turn turn, Cluster cluster, Draft draft, Host host, Set<Host> off) {
        double cpus =
                off.stream().mapToDouble(other -> other.facts().cpuThreads()).sum();
        if (rules.needed(turn, cluster, host, draft.rules().supposed(), off.size(), cpus)
                .isPresent()) {
            return false;
        }
        off.add(host);
        draft.rules().supposed().put(host.to(HostState.DOWN, null), Instant.EPOCH);
        return true;
    }
}
