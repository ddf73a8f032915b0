package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.SlotList;

/**
 * What the filters and weights of one decision see: what was asked, and the hosts in columns. Hosts are named by slot.
 *
 * @param memoryBytes that the VM needs
 * @param vcpus that the VM needs
 * @param slots the hosts of the cluster
 */
record Candidates(
        Inventory inventory, PlacementRequest request, HostColumns hosts, SlotList slots, long memoryBytes, int vcpus) {

    /** Memory that a host keeps for itself. */
    private static final long HOST_RESERVE_BYTES = 512L << 20;

    static Candidates of(Inventory inventory, PlacementRequest request) {
        HostColumns hosts = inventory.columns();
        var hardware = request.vm().spec().hardware();
        return new Candidates(
                inventory, request, hosts, hosts.of(request.cluster().id()), hardware.memoryBytes(), hardware.vcpus());
    }

    Host host(int slot) {
        return hosts.host(slot);
    }

    /** Bytes of guests' memory that the host may hold in all. */
    long capacityBytes(int slot) {
        long own = Math.max(0, hosts.memoryBytes(slot) - HOST_RESERVE_BYTES);
        int percent = request.cluster().scheduling().memoryOvercommitPercent();
        return own / 100 * percent + own % 100 * percent / 100;
    }

    /** What of that is not promised yet; negative where more was promised than the policy allows now. */
    long freeBytes(int slot) {
        return capacityBytes(slot) - hosts.promisedBytes(slot);
    }
}
