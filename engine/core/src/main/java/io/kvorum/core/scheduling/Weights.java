package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.HostUse;
import io.kvorum.core.inventory.Inventory;
import java.util.List;

/** The weights of even distribution: the emptier a host would be with the VM on it, the better. */
public final class Weights {

    private Weights() {}

    /** In the order they are shown. */
    public static List<Weight> evenDistribution(HostLoads loads) {
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
        public double score(Inventory inventory, PlacementRequest request, Host host) {
            HostUse use = inventory.useOf(host.id());
            double threads = Math.max(1, host.facts().cpuThreads());
            double promised =
                    (use.vcpus() + request.vm().spec().hardware().vcpus()) / (threads * FULL_VCPUS_PER_THREAD);
            double measured = loads.hostCpu(host.id()).orElse(0);
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
        public double score(Inventory inventory, PlacementRequest request, Host host) {
            double after = inventory.useOf(host.id()).memoryBytes()
                    + request.vm().spec().hardware().memoryBytes();
            return 1 - Math.min(1, after / Math.max(1, Filters.capacity(request, host)));
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
        public double score(Inventory inventory, PlacementRequest request, Host host) {
            return 1.0 / (1 + inventory.useOf(host.id()).vms());
        }
    }
}
