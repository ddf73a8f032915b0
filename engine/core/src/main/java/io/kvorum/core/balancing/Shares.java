package io.kvorum.core.balancing;

import io.kvorum.core.balancing.LoadModel.HostLoad;
import io.kvorum.core.inventory.BalancingPlan.HostUse;
import org.jspecify.annotations.Nullable;

/**
 * How much of a host's CPUs and memory, and of what its disks and network carry, is in use, each 0 to 1; what is asked for beyond
 * what there is counts too. NaN for disks and network of which nobody knows what they carry.
 */
public record Shares(double cpu, double memory, double disk, double network) {

    static Shares of(LoadModel model, int host) {
        HostLoad load = model.host(host);
        return new Shares(
                model.cpu(host) / load.cpuCapacity(),
                model.memory(host) / load.memoryCapacity(),
                share(model.disk(host), load.ioCapacity().disk()),
                share(model.network(host), load.ioCapacity().network()));
    }

    private static double share(double use, double capacity) {
        return capacity > 0 ? use / capacity : Double.NaN;
    }

    HostUse stored() {
        return new HostUse(cpu, memory, known(disk), known(network));
    }

    private static @Nullable Double known(double share) {
        return Double.isNaN(share) ? null : (Double) share;
    }
}
