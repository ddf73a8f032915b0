package io.kvorum.core.inventory;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * VMs of a cluster that belong together or apart, and hosts that they belong on or not.
 *
 * @param level what "together" and "apart" are measured by
 * @param members in an order that means nothing
 */
public record AffinityGroup(
        UUID id,
        String name,
        String description,
        UUID clusterId,
        Rule vms,
        Level level,
        Rule hosts,
        List<Member> members,
        List<UUID> hostIds,
        Meta meta)
        implements ConfigObject, AffinityRule {

    public AffinityGroup {
        members = List.copyOf(members);
        hostIds = List.copyOf(hostIds);
    }

    /** Which way a rule goes, and whether it is kept at all costs. */
    public enum Rule {
        NONE(false, false),
        /** Kept if it can be. */
        AFFINITY(true, false),
        HARD_AFFINITY(true, true),
        /** Kept if it can be. */
        ANTI_AFFINITY(false, false),
        HARD_ANTI_AFFINITY(false, true);

        private final boolean positive;
        private final boolean hard;

        Rule(boolean positive, boolean hard) {
            this.positive = positive;
            this.hard = hard;
        }

        public boolean positive() {
            return positive;
        }

        public boolean hard() {
            return hard;
        }
    }

    public enum Level {
        HOST,
        /** Hosts with the same label of a fault domain, such as a rack, count as one place; one without label is its own. */
        FAULT_DOMAIN
    }

    /**
     * A VM of the group.
     *
     * @param partition members of the same partition are not kept apart; null for a partition of its own
     */
    public record Member(UUID vmId, @Nullable Integer partition) {}

    @Override
    public String words() {
        return "affinity group " + name;
    }

    /** The same group of others. */
    public AffinityGroup with(List<Member> newMembers, List<UUID> newHostIds) {
        return new AffinityGroup(id, name, description, clusterId, vms, level, hosts, newMembers, newHostIds, meta);
    }

    @Override
    public Kind kind() {
        return Kind.AFFINITY_GROUP;
    }

    @Override
    public AffinityGroup withMeta(Meta newMeta) {
        return new AffinityGroup(id, name, description, clusterId, vms, level, hosts, members, hostIds, newMeta);
    }
}
