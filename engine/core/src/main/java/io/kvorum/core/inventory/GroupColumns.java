package io.kvorum.core.inventory;

import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of affinity groups are: for each group with a rule between VMs its members' slots, kept with every
 * binding. Labels are groups here.
 */
public final class GroupColumns {

    private final Map<UUID, Positions> byGroup = new HashMap<>();
    private final Map<UUID, List<Membership>> byVm = new HashMap<>();

    /** For each slot how many members of groups that gather on a host are bound there. */
    private int[] gathering = new int[16];

    private int gathered;

    GroupColumns() {}

    /** A VM's place in a group; {@code member} is its index among the group's members. */
    public record Membership(Positions group, int member) {}

    /** The members of one group that are bound to hosts; a VM on its way counts on both. */
    public static final class Positions {

        private final AffinityRule rule;
        private int[] partitions;
        private int[] slots = new int[4];
        private int[] members = new int[4];
        private int size;

        /** The slots that it names, as {@link HostColumns#namedBy} found them when slots were last given. */
        @Nullable
        SlotSet named;

        int namedAt = -1;

        private Positions(AffinityRule rule) {
            this.rule = rule;
            this.partitions = partitionsOf(rule);
        }

        /** A partition of its own is -1 - index; so two such never agree. */
        private static int[] partitionsOf(AffinityRule rule) {
            if (rule.vms() == Rule.NONE) {
                return new int[0];
            }
            List<Member> members = rule.members();
            int[] partitions = new int[members.size()];
            for (int i = 0; i < partitions.length; i++) {
                Integer partition = members.get(i).partition();
                partitions[i] = partition == null ? -1 - i : partition;
            }
            return partitions;
        }

        public AffinityRule rule() {
            return rule;
        }

        /** How many bindings there are. */
        public int size() {
            return size;
        }

        public int slot(int index) {
            return slots[index];
        }

        /** Which member it is. */
        public int member(int index) {
            return members[index];
        }

        /** Members of the same partition need not be apart. */
        public int partitionOf(int member) {
            return partitions[member];
        }

        /** Whether it matters where the others are. */
        private boolean tracks() {
            return rule.vms() != Rule.NONE;
        }

        private void add(int slot, int member) {
            if (size == slots.length) {
                slots = Arrays.copyOf(slots, size * 2);
                members = Arrays.copyOf(members, size * 2);
            }
            slots[size] = slot;
            members[size++] = member;
        }

        private void remove(int slot, int member) {
            for (int i = 0; i < size; i++) {
                if (slots[i] == slot && members[i] == member) {
                    size--;
                    slots[i] = slots[size];
                    members[i] = members[size];
                    return;
                }
            }
        }

        private Positions copy() {
            Positions copy = new Positions(rule);
            copy.slots = slots.clone();
            copy.members = members.clone();
            copy.size = size;
            return copy;
        }
    }

    /** The VM's groups; empty for most. */
    public List<Membership> of(UUID vmId) {
        return byVm.getOrDefault(vmId, List.of());
    }

    /** Whether any group has begun to gather on a host. */
    public boolean anyGathering() {
        return gathered > 0;
    }

    /** How many members of groups that gather on a host are bound there. */
    public int gathering(int slot) {
        return slot < gathering.length ? gathering[slot] : 0;
    }

    /** Takes the group with nobody bound yet; the caller binds those that are. */
    void put(AffinityRule group) {
        Positions positions = new Positions(group);
        byGroup.put(group.id(), positions);
        List<Member> members = group.members();
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            byVm.computeIfAbsent(member.vmId(), id -> new ArrayList<>(1)).add(new Membership(positions, i));
        }
    }

    void remove(UUID groupId) {
        Positions gone = byGroup.remove(groupId);
        if (gone == null) {
            return;
        }
        for (int i = 0; i < gone.size; i++) {
            gather(gone, gone.slots[i], -1);
        }
        for (Member member : gone.rule.members()) {
            List<Membership> memberships = byVm.get(member.vmId());
            if (memberships != null) {
                memberships.removeIf(membership -> membership.group() == gone);
                if (memberships.isEmpty()) {
                    byVm.remove(member.vmId());
                }
            }
        }
    }

    void bind(UUID vmId, int slot) {
        List<Membership> memberships = of(vmId);
        for (int i = 0; i < memberships.size(); i++) {
            bind(memberships.get(i), slot);
        }
    }

    /** Binds a member of that group only. */
    void bind(UUID groupId, UUID vmId, int slot) {
        for (Membership membership : of(vmId)) {
            if (membership.group().rule.id().equals(groupId)) {
                bind(membership, slot);
            }
        }
    }

    private void bind(Membership membership, int slot) {
        if (membership.group().tracks()) {
            membership.group().add(slot, membership.member());
            gather(membership.group(), slot, 1);
        }
    }

    void unbind(UUID vmId, int slot) {
        List<Membership> memberships = of(vmId);
        for (int i = 0; i < memberships.size(); i++) {
            if (memberships.get(i).group().tracks()) {
                memberships.get(i).group().remove(slot, memberships.get(i).member());
                gather(memberships.get(i).group(), slot, -1);
            }
        }
    }

    private void gather(Positions group, int slot, int sign) {
        if (group.rule.gathers()) {
            if (slot >= gathering.length) {
                gathering = Arrays.copyOf(gathering, slot * 2);
            }
            gathering[slot] += sign;
            gathered += sign;
        }
    }

    GroupColumns copy() {
        GroupColumns copy = new GroupColumns();
        copy.gathering = gathering.clone();
        copy.gathered = gathered;
        byGroup.forEach((id, positions) -> copy.byGroup.put(id, positions.copy()));
        byVm.forEach((vm, memberships) -> {
            List<Membership> copied = new ArrayList<>(memberships.size());
            for (Membership membership : memberships) {
                Positions group = copy.byGroup.get(membership.group().rule.id());
                if (group != null) {
                    copied.add(new Membership(group, membership.member()));
                }
            }
            copy.byVm.put(vm, copied);
        });
        return copy;
    }
}
