package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.SlotSet;
import java.util.List;

/** Whether the host's memory does. */
final class MemoryFilters {

    static final List<Filter> ALL = List.of(new Memory(), new Swap(), new Numa());

    private MemoryFilters() {}

    /**
     * What is promised stays within the overcommit that the cluster allows, and no VM is larger than the machine. Pages that KSM merged and memory that balloons gave back are not counted: both can be wanted again.
     */
    private record Memory() implements Filter {

        @Override
        public String name() {
            return "Memory";
        }

        @Override
        public boolean minds(Hardware before, Hardware after) {
            return after.memoryBytes() > before.memoryBytes();
        }

        @Override
        public boolean applies(Candidates all) {
            return all.tuning().hugepageBytes() == 0;
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            long physical = all.hosts().physicalBytes(slot);
            return all.memoryBytes() <= all.freeBytes(slot) && all.memoryBytes() <= physical;
        }

        @Override
        public String reason(Candidates all, int slot) {
            long physical = all.hosts().physicalBytes(slot);
            if (all.memoryBytes() > all.freeBytes(slot)) {
                return "The VM needs " + Words.mebibytes(all.memoryBytes()) + ", "
                        + Words.mebibytes(Math.max(0, all.freeBytes(slot))) + " of "
                        + Words.mebibytes(all.capacityBytes(slot)) + " are not promised yet.";
            }
            return "The VM needs " + Words.mebibytes(all.memoryBytes()) + ", the host has " + Words.mebibytes(physical)
                    + " for guests.";
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                if (!admits(all, slot)) {
                    hosts.drop(slot);
                }
            }
        }
    }

    /** A host that swapped out more than it has room for takes no more VMs: each of its guests is slow already. */
    private record Swap() implements Filter {

        @Override
        public String name() {
            return "Swap";
        }

        @Override
        public boolean optional() {
            return true;
        }

        @Override
        public boolean applies(Candidates all) {
            return all.policy().asks(this);
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return all.hosts().swapShare(slot) * 100 <= all.policy().swapPercent();
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "What it has swapped out is more than its free memory, by "
                    + Words.percent(all.hosts().swapShare(slot))
                    + " of its memory, and BlockMigrationOnSwapUsagePercentage is "
                    + Math.round(all.policy().swapPercent()) + ".";
        }
    }

    /** Each NUMA node of the VM on a node of the host, with its memory or huge pages, and CPUs of its own if it wants them. */
    private record Numa() implements Filter {

        @Override
        public String name() {
            return "NUMA";
        }

        @Override
        public boolean applies(Candidates all) {
            return all.tuning().seated();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return Seats.fits(all, slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            return Seats.shortage(all, slot);
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                if (!admits(all, slot)) {
                    hosts.drop(slot);
                }
            }
        }
    }
}
