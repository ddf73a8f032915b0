package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityRule;
import io.kvorum.core.inventory.GroupColumns.Membership;
import io.kvorum.core.inventory.GroupColumns.Positions;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.SlotSet;
import java.util.List;

/** For each affinity group of a VM: the hosts where the others are, and the hosts that it names. Found once a decision. */
final class Neighbours {

    static final Neighbours NONE = new Neighbours();

    private final SlotSet[] near;
    private final SlotSet[] named;

    private Neighbours() {
        this.near = new SlotSet[0];
        this.named = new SlotSet[0];
    }

    Neighbours(HostColumns hosts, List<Membership> groups, SlotSet cluster) {
        near = new SlotSet[groups.size()];
        named = new SlotSet[groups.size()];
        for (int i = 0; i < near.length; i++) {
            Membership membership = groups.get(i);
            near[i] = near(hosts, membership, cluster);
            named[i] = named(hosts, membership.group());
        }
    }

    /**
     * Hosts where the group's rule for VMs sees others: of other partitions where they belong apart; of any, but on hosts
     * that are up, where they belong together, so that a host that is being emptied does not hold its VMs back.
     */
    SlotSet near(int group) {
        return near[group];
    }

    /** Hosts that the group names; not to be changed. */
    SlotSet named(int group) {
        return named[group];
    }

    private static SlotSet near(HostColumns hosts, Membership membership, SlotSet cluster) {
        AffinityRule rule = membership.group().rule();
        if (rule.vms() == Rule.NONE) {
            return SlotSet.none();
        }
        SlotSet slots = new SlotSet();
        Positions group = membership.group();
        for (int i = 0; i < group.size(); i++) {
            int other = group.member(i);
            boolean counts = other != membership.member()
                    && (rule.vms().positive()
                            ? hosts.up().contains(group.slot(i))
                            : group.partitionOf(other) != group.partitionOf(membership.member()));
            if (counts) {
                slots.add(group.slot(i));
            }
        }
        return rule.level() == Level.HOST || slots.isEmpty() ? slots : sameDomain(hosts, slots, cluster);
    }

    private static SlotSet sameDomain(HostColumns hosts, SlotSet slots, SlotSet cluster) {
        SlotSet domains = new SlotSet();
        for (int slot = slots.next(0); slot >= 0; slot = slots.next(slot + 1)) {
            domains.add(domainIndex(hosts.faultDomain(slot)));
        }
        SlotSet all = new SlotSet();
        for (int slot = cluster.next(0); slot >= 0; slot = cluster.next(slot + 1)) {
            if (domains.contains(domainIndex(hosts.faultDomain(slot)))) {
                all.add(slot);
            }
        }
        return all;
    }

    /** Domains are numbered from 0; a host that is one by itself has a negative number. */
    private static int domainIndex(int domain) {
        return domain >= 0 ? domain * 2 : -domain * 2 - 1;
    }

    private static SlotSet named(HostColumns hosts, Positions group) {
        return group.rule().hosts() == Rule.NONE ? SlotSet.none() : hosts.namedBy(group);
    }
}
