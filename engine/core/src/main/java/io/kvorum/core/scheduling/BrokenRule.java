package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.AffinityRule;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A rule of an affinity group, or a label, that a VM breaks where it runs. Found by what the filters and weights of affinity
 * ask.
 *
 * @param groupId of the group or label
 * @param hard whether no new placement may break it
 * @param reason in words
 */
public record BrokenRule(
        UUID groupId, String groupName, UUID vmId, String vmName, UUID hostId, boolean hard, String reason) {

    static List<BrokenRule> of(Candidates all) {
        List<BrokenRule> broken = new ArrayList<>();
        int slot = all.currentSlot();
        for (int i = 0; slot >= 0 && i < all.groups().size(); i++) {
            AffinityRule group = AffinityFilters.rule(all, i);
            if (!AffinityFilters.keepsToVms(all, i, slot)) {
                broken.add(of(all, group, group.vms(), ofVms(group)));
            }
            if (!AffinityFilters.keepsToHosts(all, i, slot)) {
                broken.add(of(all, group, group.hosts(), ofHosts(group)));
            }
        }
        return broken;
    }

    private static BrokenRule of(Candidates all, AffinityRule group, Rule rule, String why) {
        String reason =
                "VM " + all.vm().name() + " on " + all.host(all.currentSlot()).name() + " " + why;
        return new BrokenRule(
                group.id(),
                group.name(),
                all.vm().id(),
                all.vm().name(),
                all.host(all.currentSlot()).id(),
                rule.hard(),
                reason);
    }

    private static String ofVms(AffinityRule group) {
        String place = group.level() == Level.HOST ? "host" : "fault domain";
        return group.vms().positive()
                ? "is on another " + place + " than others of the group."
                : "shares its " + place + " with others of the group.";
    }

    private static String ofHosts(AffinityRule group) {
        if (group instanceof AffinityLabel) {
            return "is on a host without the label.";
        }
        return group.hosts().positive()
                ? "is on none of the hosts that the group names."
                : "is on a host that the group keeps off.";
    }
}
