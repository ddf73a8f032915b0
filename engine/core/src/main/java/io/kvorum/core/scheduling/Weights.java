package io.kvorum.core.scheduling;

import java.util.List;

/** The weights of even distribution: the emptier a host would be with the VM on it, the better. */
final class Weights {

    private Weights() {}

    /** In the order they are shown. */
    static List<Weight> evenDistribution(HostLoads loads) {
        return List.of(new EvenCpu(loads), new EvenMemory(), new GuestCount());
    }

    /** Half by measured load, half by promised virtual CPUs, since a VM that has just started shows no load yet. */
    private record EvenCpu(HostLoads loads) implements Weight {

        /** Virtual CPUs a thread at which the promise alone counts as full. */
        private static final double FULL_VCPUS_PER_THREAD = 8;

        @Override
        public String name() {
            return "EvenCpu";
        }

        @Override
        public double factor() {
            return 2;
        }

        @Override
        public double score(Candidates all, int slot) {
            double threads = Math.max(1, all.hosts().threads(slot));
            double promised = (all.hosts().promisedVcpus(slot) + all.vcpus()) / (threads * FULL_VCPUS_PER_THREAD);
            double measured = loads.hostCpu(all.host(slot).id()).orElse(0);
            return 1 - Math.min(1, (Math.min(1, promised) + measured) / 2);
        }
    }

    private record EvenMemory() implements Weight {

        @Override
        public String name() {
            return "EvenMemory";
        }

        @Override
        public double factor() {
            return 2;
        }

        @Override
        public double score(Candidates all, int slot) {
            double after = all.hosts().promisedBytes(slot) + all.memoryBytes();
            return 1 - Math.min(1, after / Math.max(1, all.capacityBytes(slot)));
        }
    }

    private record GuestCount() implements Weight {

        @Override
        public String name() {
            return "GuestCount";
        }

        @Override
        public double factor() {
            return 1;
        }

        @Override
        public double score(Candidates all, int slot) {
            return 1.0 / (1 + all.hosts().vms(slot));
        }
    }
}
