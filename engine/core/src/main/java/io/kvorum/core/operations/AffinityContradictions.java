package io.kvorum.core.operations;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.AffinityRule;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Hard rules that no placement could keep, however empty the hosts: VMs that must be on one host by some groups and apart by
 * another, and VMs to which all groups together with their own pinning leave no host. In words that name the groups.
 */
final class AffinityContradictions {

    private final Inventory inventory;
    private final UUID clusterId;
    private final List<AffinityRule> groups;
    private final Map<UUID, UUID> together = new HashMap<>();

    private AffinityContradictions(Inventory inventory, UUID clusterId, List<AffinityRule> groups) {
        this.inventory = inventory;
        this.clusterId = clusterId;
        this.groups = groups;
        groups.stream()
                .filter(group -> group.vms() == Rule.HARD_AFFINITY && group.gathers())
                .forEach(this::join);
    }

    /** The first contradiction that there would be in a cluster with that group in place of what has its id. */
    static Optional<String> find(Inventory inventory, AffinityGroup changed) {
        return find(inventory, changed.clusterId(), changed);
    }

    /** The first one that there would be, with that label, in a cluster of one of its VMs. */
    static Optional<String> find(Inventory inventory, AffinityLabel changed) {
        return changed.vmIds().stream()
                .flatMap(vmId -> inventory.vm(vmId).stream())
                .map(vm -> vm.spec().clusterId())
                .distinct()
                .flatMap(clusterId -> find(inventory, clusterId, changed).stream())
                .findFirst();
    }

    private static Optional<String> find(Inventory inventory, UUID clusterId, AffinityRule changed) {
        List<AffinityRule> groups = Stream.concat(
                        inventory.affinityRules(clusterId).stream()
                                .filter(group -> !group.id().equals(changed.id())),
                        Stream.of(changed))
                .toList();
        AffinityContradictions all = new AffinityContradictions(inventory, clusterId, groups);
        return all.apartAndTogether().or(all::withoutHost);
    }

    private Optional<String> apartAndTogether() {
        for (AffinityRule group : groups) {
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

    /** Most VMs have the same hosts left: they share one set. */
    private Optional<String> withoutHost() {
        Set<UUID> all = inventory.hostsOf(clusterId).stream().map(Host::id).collect(Collectors.toUnmodifiableSet());
        Map<UUID, Set<UUID>> left = new HashMap<>();
        for (AffinityRule group : groups) {
            for (Member member : membersHere(group)) {
                List<UUID> only = inventory
                        .vm(member.vmId())
                        .map(vm -> vm.spec().hosts().only())
                        .orElse(List.of());
                if (!only.isEmpty()) {
                    left.merge(root(member.vmId()), both(all, only), AffinityContradictions::both);
                }
            }
        }
        for (AffinityRule group : groups) {
            Map<Set<UUID>, Set<UUID>> after = new IdentityHashMap<>();
            for (Member member : membersHere(group)) {
                UUID root = root(member.vmId());
                Set<UUID> before = left.getOrDefault(root, all);
                Set<UUID> now = after.computeIfAbsent(before, hosts -> remaining(hosts, group));
                left.put(root, now);
                boolean had = !before.isEmpty() || group.hostIds().isEmpty();
                if (group.hosts().hard() && had && now.isEmpty()) {
                    return Optional.of("The " + group.words() + " leaves no host for VM " + nameOf(member.vmId())
                            + ", with " + joining(root) + " and its own pinning.");
                }
            }
        }
        return Optional.empty();
    }

    private static Set<UUID> remaining(Set<UUID> hosts, AffinityRule group) {
        if (group.hosts() == Rule.HARD_AFFINITY) {
            return both(hosts, group.hostIds());
        }
        if (group.hosts() != Rule.HARD_ANTI_AFFINITY) {
            return hosts;
        }
        Set<UUID> rest = new HashSet<>(hosts);
        group.hostIds().forEach(rest::remove);
        return rest;
    }

    private static Set<UUID> both(Set<UUID> hosts, Collection<UUID> others) {
        return others.stream().filter(hosts::contains).collect(Collectors.toSet());
    }

    /** Labels have members in other clusters too. */
    private List<Member> membersHere(AffinityRule group) {
        return group.members().stream()
                .filter(member -> inventory
                        .vm(member.vmId())
                        .filter(vm -> vm.spec().clusterId().equals(clusterId))
                        .isPresent())
                .toList();
    }

    private void join(AffinityRule group) {
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
        return groups.stream()
                .filter(group -> group.members().stream().anyMatch(member -> Objects.equals(root(member.vmId()), root))
                        && (group.vms() == Rule.HARD_AFFINITY || group.hosts().hard())
                        && (group.level() == Level.HOST || group.hosts().hard()))
                .map(AffinityRule::words)
                .collect(Collectors.joining(", "));
    }

    private String nameOf(UUID vmId) {
        return inventory.vm(vmId).map(Vm::name).orElse(vmId.toString());
    }
}
