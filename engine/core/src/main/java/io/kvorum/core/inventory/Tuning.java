package io.kvorum.core.inventory;

/**
 * How closely a VM is fitted to the machine below it.
 *
 * @param numaNodes NUMA nodes that the guest sees, each on one node of the host, vCPUs and memory split evenly; 0 for a
 *     guest without NUMA that floats over its host
 * @param dedicatedCpus whether each vCPU has a CPU of the host for itself; needs NUMA nodes
 * @param hugepageBytes size of the huge pages behind the guest, 0 for none; needs NUMA nodes
 * @param invariantTsc whether the guest sees a time stamp counter whose frequency never changes, which it keeps where it migrates
 */
public record Tuning(int numaNodes, boolean dedicatedCpus, long hugepageBytes, boolean invariantTsc) {

    public static final Tuning NONE = new Tuning(0, false, 0);

    /** With a time stamp counter that may change. */
    public Tuning(int numaNodes, boolean dedicatedCpus, long hugepageBytes) {
        this(numaNodes, dedicatedCpus, hugepageBytes, false);
    }

    /** Whether such a VM needs a {@link Seat}. */
    public boolean seated() {
        return numaNodes > 0;
    }
}
