package io.kvorum.core.inventory;

/**
 * What is promised to the VMs that are bound to a host, those on their way in included.
 *
 * @param memoryBytes guests' memory in all
 * @param vcpus virtual CPUs in all
 * @param vms how many
 */
public record HostUse(long memoryBytes, int vcpus, int vms) {

    public static final HostUse NONE = new HostUse(0, 0, 0);

    HostUse plus(Hardware hardware) {
        return new HostUse(memoryBytes + hardware.memoryBytes(), vcpus + hardware.vcpus(), vms + 1);
    }

    HostUse minus(Hardware hardware) {
        return new HostUse(memoryBytes - hardware.memoryBytes(), vcpus - hardware.vcpus(), vms - 1);
    }
}
