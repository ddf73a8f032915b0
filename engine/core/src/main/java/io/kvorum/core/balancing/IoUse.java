package io.kvorum.core.balancing;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.scheduling.HostLoads;
import java.util.UUID;

/** How much of what its disks and its network carry a host uses, as it was measured; NaN where that is not known. */
record IoUse(double disk, double network) {

    static IoUse of(HostLoads loads, Cluster cluster, UUID hostId) {
        Io capacity = capacity(loads, cluster, hostId);
        return new IoUse(
                share(loads.hostDisk(hostId), capacity.disk()), share(loads.hostNetwork(hostId), capacity.network()));
    }

    /**
     * What they carry: of disks, what the cluster's policy says, since no kernel knows; of the network, what the host's links
     * are said to. 0 where the host does not tell how much it uses of it.
     */
    static Io capacity(HostLoads loads, Cluster cluster, UUID hostId) {
        double link = loads.signals(hostId).networkLinkBytesPerSecond();
        return new Io(
                Double.isNaN(loads.hostDisk(hostId))
                        ? 0
                        : cluster.balancing().io().diskLimitBytesPerSecond(),
                Double.isNaN(loads.hostNetwork(hostId)) || Double.isNaN(link) ? 0 : link);
    }

    private static double share(double use, double capacity) {
        return capacity > 0 ? use / capacity : Double.NaN;
    }

    /** Whether either is used more than the cluster's policy calls high. */
    boolean high(Cluster cluster) {
        return disk * 100 > cluster.balancing().io().diskHighPercent()
                || network * 100 > cluster.balancing().io().networkHighPercent();
    }

    /** Whether what is known of them is used less than that. */
    boolean below(int percent) {
        return !(disk * 100 >= percent) && !(network * 100 >= percent);
    }
}
