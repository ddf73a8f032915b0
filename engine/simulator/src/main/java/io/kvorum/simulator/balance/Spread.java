package io.kvorum.simulator.balance;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * Standard deviations of the shares of CPU and memory that are in use on the hosts, from nothing but who is where. Written for the
 * comparison alone: neither side computes its own.
 */
record Spread(double cpu, double memory) {

    double both() {
        return cpu + memory;
    }

    /** @param hostOf where each VM is */
    static Spread of(RandomCluster cluster, int[] hostOf) {
        return new Spread(
                deviation(cluster, hostOf, vm -> (double) vm.cpus() / RandomCluster.HOST_CPUS),
                deviation(cluster, hostOf, vm -> (double) vm.mebibytes() / RandomCluster.HOST_MEBIBYTES));
    }

    private static double deviation(RandomCluster cluster, int[] hostOf, ToDoubleFunction<RandomCluster.Guest> share) {
        double[] used = new double[cluster.hosts()];
        for (int vm = 0; vm < hostOf.length; vm++) {
            used[hostOf[vm]] += share.applyAsDouble(cluster.vms().get(vm));
        }
        double mean = Arrays.stream(used).average().orElseThrow();
        return Math.sqrt(
                Arrays.stream(used).map(u -> (u - mean) * (u - mean)).average().orElseThrow());
    }
}
