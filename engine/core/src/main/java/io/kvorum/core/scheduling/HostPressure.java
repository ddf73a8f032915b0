package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.PressurePolicy;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Which hosts' guests wait for CPUs although the hosts are not over HighUtilization: as few threads are asked for by many, or a
 * neighbour is noisy. The kernel tells it (pressure stall information), or the guests' efficiency does.
 */
public final class HostPressure {

    private HostPressure() {}

    /**
     * Whether the host was under pressure when it reported last. Below half of HighUtilization it is not: what waits there waits for
     * something else than CPUs that others use.
     */
    public static boolean on(HostLoads loads, Cluster cluster, UUID hostId) {
        if (loads.hostCpu(hostId).orElse(0) * 200 < cluster.scheduling().highUtilizationPercent()) {
            return false;
        }
        PressurePolicy policy = cluster.balancing().pressure();
        return loads.signals(hostId).cpuPressure() * 100 > policy.cpuPressureHighPercent()
                || loads.hostEfficiency(hostId) * 100 < policy.efficiencyLowPercent();
    }

    /** Those of the hosts that others can relieve: none, if more than half of them are under pressure. */
    public static Set<UUID> relievable(HostLoads loads, Cluster cluster, Collection<Host> hosts) {
        Set<UUID> pressed = new HashSet<>();
        for (Host host : hosts) {
            if (on(loads, cluster, host.id())) {
                pressed.add(host.id());
            }
        }
        return pressed.size() * 2 > hosts.size() ? Set.of() : pressed;
    }
}
