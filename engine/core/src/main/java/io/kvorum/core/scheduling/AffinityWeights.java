package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.SlotSet;

/** How well a host keeps to the rules that need not be kept. */
final class AffinityWeights {

    private AffinityWeights() {}

    /** The share of its soft groups whose rule for VMs the host keeps. */
    record VmGroups() implements Weight {

        @Override
        public String name() {
            return "VmAffinityGroups";
        }

        @Override
        public boolean applies(Candidates all) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (soft(AffinityFilters.rule(all, i).vms())) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public double score(Candidates all, int slot) {
            int kept = 0;
            int rules = 0;
            for (int i = 0; i < all.groups().size(); i++) {
                if (soft(AffinityFilters.rule(all, i).vms())) {
                    rules++;
                    kept += AffinityFilters.keepsToVms(all, i, slot) ? 1 : 0;
                }
            }
            return rules == 0 ? 1 : (double) kept / rules;
        }
    }

    /** The same of their rules for hosts. */
    record HostGroups() implements Weight {

        @Override
        public String name() {
            return "VmToHostsAffinityGroups";
        }

        @Override
        public boolean applies(Candidates all) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (soft(AffinityFilters.rule(all, i).hosts())) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public double score(Candidates all, int slot) {
            int kept = 0;
            int rules = 0;
            for (int i = 0; i < all.groups().size(); i++) {
                if (soft(AffinityFilters.rule(all, i).hosts())) {
                    rules++;
                    kept += AffinityFilters.keepsToHosts(all, i, slot) ? 1 : 0;
                }
            }
            return rules == 0 ? 1 : (double) kept / rules;
        }
    }

    /** 1 for the hosts that the VM prefers, 0 for the others. */
    record PreferredHosts() implements Weight {

        @Override
        public String name() {
            return "PreferredHosts";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.vm().spec().hosts().preferred().isEmpty();
        }

        @Override
        public double score(Candidates all, int slot) {
            return all.vm().spec().hosts().preferred().contains(all.host(slot).id()) ? 1 : 0;
        }
    }

    /**
     * Groups that gather on a host need room to grow there: the first member goes where there is most of it, and where no
     * other such group has begun; VMs without such a group stay off the hosts where one has.
     */
    record RoomForGroups() implements Weight {

        /** The room, in CPUs, at which the score of a first member is one half. */
        private static final double HALF = 64;

        @Override
        public String name() {
            return "RoomForGroups";
        }

        @Override
        public boolean applies(Candidates all) {
            return Gathering.gathers(all)
                    ? Gathering.attracts(all)
                    : all.hosts().groups().anyGathering();
        }

        @Override
        public double score(Candidates all, int slot) {
            return score(all, slot, Gathering.gathers(all));
        }

        private static double score(Candidates all, int slot, boolean gathers) {
            if (all.hosts().groups().gathering(slot) > 0) {
                return 0;
            }
            double room = gathers ? Packing.room(all, slot) : 0;
            return gathers ? room / (room + HALF) : 1;
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            boolean gathers = Gathering.gathers(all);
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot, gathers);
            }
        }
    }

    private static boolean soft(Rule rule) {
        return rule != Rule.NONE && !rule.hard();
    }
}
