package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.AffinityRule;
import io.kvorum.core.inventory.SlotSet;
import java.util.List;

/** Whether the VM may be where the others of its affinity groups are. */
final class AffinityFilters {

    static final List<Filter> ALL = List.of(new VmGroups(), new HostGroups(), new Labels());

    private AffinityFilters() {}

    static AffinityRule rule(Candidates all, int group) {
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
            AffinityRule rule = rule(all, broken(all, slot));
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
            AffinityRule rule = rule(all, broken(all, slot));
            return "VMs of " + rule.words()
                    + (rule.hosts().positive()
                            ? " must be on the hosts that it names, and this is none of them."
                            : " must not be on the hosts that it names, and this is one of them.");
        }

        private static int broken(Candidates all, int slot) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (asks(rule(all, i)) && !keepsToHosts(all, i, slot)) {
                    return i;
                }
            }
            return -1;
        }

        private static boolean asks(AffinityRule rule) {
            return rule.hosts().hard() && !(rule instanceof AffinityLabel);
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            for (int i = 0; i < all.groups().size(); i++) {
                AffinityRule rule = rule(all, i);
                if (asks(rule) && rule.hosts().positive()) {
                    hosts.retain(all.neighbours().named(i));
                } else if (asks(rule)) {
                    hosts.removeAll(all.neighbours().named(i));
                }
            }
        }
    }

    /** The host has all labels of the VM. */
    private record Labels() implements Filter {

        @Override
        public String name() {
            return "Label";
        }

        @Override
        public boolean applies(Candidates all) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (rule(all, i) instanceof AffinityLabel) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return missing(all, slot) < 0;
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "It does not have the VM's " + rule(all, missing(all, slot)).words() + ".";
        }

        private static int missing(Candidates all, int slot) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (rule(all, i) instanceof AffinityLabel && !keepsToHosts(all, i, slot)) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            for (int i = 0; i < all.groups().size(); i++) {
                if (rule(all, i) instanceof AffinityLabel) {
                    hosts.retain(all.neighbours().named(i));
                }
            }
        }
    }
}
