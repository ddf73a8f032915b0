package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.SlotSet;

/** How full a host would be: the emptier the better, or the fuller. */
final class LoadWeights {

    private LoadWeights() {}

    /** Half by measured load, half by promised virtual CPUs, since a VM that has just started shows no load yet. */
    private static double cpu(Candidates all, int slot) {
        double each = all.hosts().perThread(slot) * all.perVcpuOfAThread();
        double promised = Math.min(1, (all.hosts().promisedVcpus(slot) + all.vcpus()) * each);
        return Math.min(1, (promised + all.hosts().cpuLoad(slot)) / 2);
    }

    private static double memory(Candidates all, int slot) {
        double after = all.hosts().promisedBytes(slot) + all.memoryBytes();
        return Math.min(1, after * all.hosts().perPhysicalByte(slot) * all.perOvercommit());
    }

    record EvenCpu() implements Weight {

        @Override
        public String name() {
            return "OptimalForCpuEvenDistribution";
        }

        @Override
        public double score(Candidates all, int slot) {
            return 1 - cpu(all, slot);
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }

    /** Fuller is better; a host that would be too busy is worst. */
    record PackedCpu() implements Weight {

        @Override
        public String name() {
            return "OptimalForCpuPowerSaving";
        }

        @Override
        public double score(Candidates all, int slot) {
            double load = cpu(all, slot);
            double most = all.request().cluster().scheduling().highUtilizationPercent() / 100.0;
            return all.hosts().cpuLoad(slot) > most ? 0 : load;
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }

    record EvenMemory() implements Weight {

        @Override
        public String name() {
            return "OptimalForMemoryEvenDistribution";
        }

        @Override
        public double score(Candidates all, int slot) {
            return 1 - memory(all, slot);
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }

    record PackedMemory() implements Weight {

        @Override
        public String name() {
            return "OptimalForMemoryPowerSaving";
        }

        @Override
        public double score(Candidates all, int slot) {
            return memory(all, slot);
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }
}
