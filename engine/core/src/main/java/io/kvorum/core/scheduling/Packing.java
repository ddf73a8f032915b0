package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.SlotSet;

/** The less room is left on the host, the better: large holes stay whole for large VMs. */
record Packing() implements Weight {

    /** The room, in CPUs, at which the score is one half. */
    private static final double HALF = 64;

    private static final double BYTES_PER_CPU = 2L << 30;

    @Override
    public String name() {
        return "Packing";
    }

    @Override
    public double score(Candidates all, int slot) {
        double left = room(all, slot) - Math.min(all.vcpus(), all.memoryBytes() / BYTES_PER_CPU);
        return HALF / (HALF + Math.max(0, left));
    }

    /** CPUs that have their memory with them, on the nodes for a VM that is bound to nodes. */
    static double room(Candidates all, int slot) {
        if (all.tuning().seated()) {
            return Seats.room(all, slot);
        }
        double threads = all.hosts().threads(slot) * all.policy().vcpusPerThread()
                - all.hosts().promisedVcpus(slot);
        return Math.max(0, Math.min(threads, all.freeBytes(slot) / BYTES_PER_CPU));
    }

    @Override
    public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
        for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
            totals[slot] += factor * score(all, slot);
        }
    }
}
