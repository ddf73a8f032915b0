package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.SlotSet;
import java.util.List;

/** Whether the VM may be where the others of its affinity groups are. */
final class AffinityFilters {

    static final List<Filter> ALL = List.of(new VmGroups(), new HostGroups());

    private AffinityFilters() {}

    static AffinityGroup rule(Candidates all, int group) {
        return all.groups().get(group).group().rule();
    }

    /** Whether the host keeps to the group's rule for VMs; hard or not. */
    static boolean keepsToVms(Candidates all, int group, int slot) {
        Rule vms = rule(all, group).vms();
        SlotSet near = all.neighbours().near(group);
        return vms == Rule.NONE || (vms.positive() ? near.isEmpty() || near.contains(slot) : !near.contains(slot));
    }

    /** Whether the host keeps to the group's rule for hosts; hard or not. */
    static boolean keepsToHosts(Candidates all, int group, int slot) {
        Rule hosts = rule(all, group).hosts();
        return hosts == Rule.NONE || all.neighbours().named(group).contains(slot) == hosts.positive();
    }

    private record VmGroups() implements Filter {

        @Override
        public String name() {
            return "VmAffinityGroups";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.groups().isEmpty();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return broken(all, slot) < 0;
        }

        @Override
        public String reason(Candidates all, int slot) {
            AffinityGroup rule = rule(all, broken(all, slot));
            String place = rule.level() == Level.HOST ? "host" : "fault domain";
            return rule.vms().positive()
                    ? "VMs of affinity group " + rule.name() + " must be on one " + place
                            + ", and the others are elsewhere."
                    : "VMs of affinity group " + rule.name() + " must not share a " + place + ", and another is there.";
        }

        private static int broken(Candidates all, int slot) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (rule(all, i).vms().hard() && !keepsToVms(all, i, slot)) {
                    return i;
                }
            }
            return -1;
        }
    }

    private record HostGroups() implements Filter {

        @Override
        public String name() {
            return "VmToHostsAffinityGroups";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.groups().isEmpty();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return broken(all, slot) < 0;
        }

        @Override
        public String reason(Candidates all, int slot) {
            AffinityGroup rule = rule(all, broken(all, slot));
            return "VMs of affinity group " + rule.name()
                    + (rule.hosts().positive()
                            ? " must be on the hosts that it names, and this is none of them."
                            : " must not be on the hosts that it names, and this is one of them.");
        }

        private static int broken(Candidates all, int slot) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (rule(all, i).hosts().hard() && !keepsToHosts(all, i, slot)) {
                    return i;
                }
            }
            return -1;
        }
    }
}
