package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.scheduling.HostLoads;

/**
 * What the VMs of a cluster are expected to ask of the hosts that are on, in CPUs.
 *
 * @param cpus the sum of means, and two standard deviations of that sum
 * @param capacity of the hosts that are up and say how busy they are
 */
record ExpectedDemand(double cpus, double capacity) {

    private static final double DEVIATIONS = 2;

    static ExpectedDemand of(Turn turn, Cluster cluster, HostLoads loads, Demands demands) {
        LoadModel model = new ClusterLoads(turn, cluster, loads, demands, id -> true).model();
        double mean = 0;
        double variance = 0;
        double capacity = 0;
        for (int host = 0; host < model.hostCount(); host++) {
            mean += model.cpuMean(host);
            variance += model.cpuVariance(host);
            capacity += model.host(host).cpuCapacity();
        }
        return new ExpectedDemand(mean + DEVIATIONS * Math.sqrt(variance), capacity);
    }

    /** Whether so many CPUs more, or fewer if negative, would be enough without exceeding that share of them. */
    boolean metBy(double moreCpus, int percent) {
        return cpus * 100 <= percent * (capacity + moreCpus);
    }
}
