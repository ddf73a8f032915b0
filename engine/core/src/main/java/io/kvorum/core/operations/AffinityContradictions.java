package io.kvorum.core.operations;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Hard rules that no placement could keep, however empty the hosts: VMs that must be on one host by some groups and apart by
 * another, and VMs to which all groups together with their own pinning leave no host. In words that name the groups.
 */
final class AffinityContradictions {

    private final Inventory inventory;
    private final List<AffinityGroup> groups;
    private final Map<UUID, UUID> together = new HashMap<>();

    private AffinityContradictions(Inventory inventory, List<AffinityGroup> groups) {
        this.inventory = inventory;
        this.groups = groups;
        groups.stream()
                .filter(group -> group.vms() == Rule.HARD_AFFINITY && group.gathers())
                .forEach(this::join);
    }

    /** The first contradiction that there would be with that group in place of what has its id. */
    static Optional<String> find(Inventory inventory, AffinityGroup changed) {
        List<AffinityGroup> groups = Stream.concat(
                        inventory.affinityGroups().stream()
                                .filter(group -> group.clusterId().equals(changed.clusterId())
                                        && !group.id().equals(changed.id())),
                        Stream.of(changed))
                .toList();
        AffinityContradictions all = new AffinityContradictions(inventory, groups);
        return all.apartAndTogether().or(all::withoutHost);
    }

    private Optional<String> apartAndTogether() {
        for (AffinityGroup group : groups) {
            if (group.vms() != Rule.HARD_ANTI_AFFINITY) {
                continue;
            }
            Map<UUID, Member> first = new HashMap<>();
            for (Member member : group.members()) {
                Member other = first.putIfAbsent(root(member.vmId()), member);
                boolean apart = other != null
                        && (member.partition() == null || !member.partition().equals(other.partition()));
                if (apart) {
                    return Optional.of("VMs " + nameOf(other.vmId()) + " and " + nameOf(member.vmId())
                            + " must be apart by affinity group " + group.name() + " and on one host by "
                            + joining(root(member.vmId())) + ".");
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> withoutHost() {
        Map<UUID, Set<UUID>> left = new HashMap<>();
        Set<UUID> members = new HashSet<>();
        groups.forEach(group -> group.members().forEach(member -> members.add(member.vmId())));
        Set<UUID> all = new HashSet<>(inventory.hostsOf(groups.getLast().clusterId()).stream()
                .map(Host::id)
                .toList());
        for (UUID vmId : members) {
            List<UUID> only =
                    inventory.vm(vmId).map(vm -> vm.spec().hosts().only()).orElse(List.of());
            if (!only.isEmpty()) {
                left.computeIfAbsent(root(vmId), id -> new HashSet<>(all)).retainAll(only);
            }
        }
        for (AffinityGroup group : groups) {
            for (Member member : group.members()) {
                Set<UUID> hosts = left.computeIfAbsent(root(member.vmId()), id -> new HashSet<>(all));
                boolean had = !hosts.isEmpty() || group.hostIds().isEmpty();
                if (group.hosts() == Rule.HARD_AFFINITY) {
                    hosts.retainAll(group.hostIds());
                } else if (group.hosts() == Rule.HARD_ANTI_AFFINITY) {
                    group.hostIds().forEach(hosts::remove);
                }
                if (group.hosts().hard() && had && hosts.isEmpty()) {
                    return Optional.of("Affinity group " + group.name() + " leaves no host for VM "
                            + nameOf(member.vmId()) + ", with " + joining(root(member.vmId()))
                            + " and its own pinning.");
                }
            }
        }
        return Optional.empty();
    }

    private void join(AffinityGroup group) {
        for (Member member : group.members()) {
            together.put(root(member.vmId()), root(group.members().getFirst().vmId()));
        }
    }

    private UUID root(UUID vmId) {
        UUID id = vmId;
        UUID parent = together.get(id);
        while (parent != null && !parent.equals(id)) {
            id = parent;
            parent = together.get(id);
        }
        return id;
    }

    private String joining(UUID root) {
        List<String> names = groups.stream()
                .filter(group -> group.members().stream().anyMatch(member -> Objects.equals(root(member.vmId()), root))
                        && (group.vms() == Rule.HARD_AFFINITY || group.hosts().hard())
                        && (group.level() == Level.HOST || group.hosts().hard()))
                .map(AffinityGroup::name)
                .toList();
        return (names.size() == 1 ? "affinity group " : "affinity groups ") + String.join(", ", names);
    }

    private String nameOf(UUID vmId) {
        return inventory.vm(vmId).map(Vm::name).orElse(vmId.toString());
    }
}
