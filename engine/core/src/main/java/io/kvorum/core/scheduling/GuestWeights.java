package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.NodeColumns;
import io.kvorum.core.inventory.SlotSet;

/** Which guests a host has, and how they would sit on it. */
final class GuestWeights {

    private GuestWeights() {}

    /** The fewer VMs, the better. */
    record EvenGuests() implements Weight {

        @Override
        public String name() {
            return "OptimalForEvenGuestDistribution";
        }

        @Override
        public double score(Candidates all, int slot) {
            return 1.0 / (1 + all.hosts().vms(slot));
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }

    /** Highly available VMs are spread, so that few have to be restarted when a host fails. */
    record HaReservation() implements Weight {

        @Override
        public String name() {
            return "OptimalForHaReservation";
        }

        @Override
        public boolean applies(Candidates all) {
            return all.vm().spec().highAvailability().enabled();
        }

        @Override
        public double score(Candidates all, int slot) {
            return 1.0 / (1 + all.hosts().haVms(slot));
        }
    }

    /** 1 where one NUMA node of the host has the threads and memory for the whole VM, else 0. */
    record SingleNode() implements Weight {

        @Override
        public String name() {
            return "Fit VM to single host NUMA node";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.tuning().seated();
        }

        @Override
        public double score(Candidates all, int slot) {
            NodeColumns nodes = all.hosts().nodes();
            for (int node = 0; node < nodes.nodes(slot); node++) {
                if (nodes.threads(slot, node) >= all.vcpus() && nodes.freeBytes(slot, node) >= all.memoryBytes()) {
                    return 1;
                }
            }
            return 0;
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }
}
