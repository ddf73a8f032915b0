package io.kvorum.simulator.balance;

import io.kvorum.core.balancing.EvenDistribution;
import io.kvorum.core.balancing.EvenDistribution.Parameters;
import io.kvorum.core.balancing.LoadModel;
import io.kvorum.core.balancing.LoadModel.HostLoad;
import io.kvorum.core.balancing.LoadModel.VmLoad;
import io.kvorum.core.balancing.MoveRules;
import io.kvorum.core.balancing.PlannedMove;
import io.kvorum.core.balancing.PowerCurve;
import java.util.ArrayList;
import java.util.List;

/** The engine's planner, as the engine calls it, but for the limit to the length of a plan. */
final class Ours {

    private static final int AGGRESSIVENESS = 4;

    /** 10 Gb/s: hosts of this size have that, and migrations are charged by it. */
    private static final double NETWORK = 1.17e9;

    private static final double MEBIBYTE = 1 << 20;

    private Ours() {}

    static Outcome balance(RandomCluster cluster) {
        long began = System.nanoTime();
        List<HostLoad> hosts = new ArrayList<>();
        for (int host = 0; host < cluster.hosts(); host++) {
            hosts.add(new HostLoad(
                    RandomCluster.HOST_CPUS,
                    RandomCluster.HOST_MEBIBYTES * MEBIBYTE,
                    PowerCurve.linear(0, 1),
                    0,
                    RandomCluster.OWN_MEBIBYTES * MEBIBYTE));
        }
        List<VmLoad> vms = new ArrayList<>();
        for (RandomCluster.Guest vm : cluster.vms()) {
            vms.add(new VmLoad(vm.host(), vm.cpus(), vm.cpus(), 0, vm.mebibytes() * MEBIBYTE, true));
        }
        LoadModel model = new LoadModel(hosts, vms);
        Parameters parameters =
                Parameters.DEFAULT.withMoves(AGGRESSIVENESS, Integer.MAX_VALUE).over(NETWORK);
        List<PlannedMove> plan = new EvenDistribution(model, MoveRules.NONE, parameters).plan();
        double seconds = (System.nanoTime() - began) / 1e9;
        int[] hostOf =
                cluster.vms().stream().mapToInt(RandomCluster.Guest::host).toArray();
        plan.forEach(move -> hostOf[move.vm()] = move.to());
        return new Outcome(hostOf, plan.size(), seconds);
    }
}
