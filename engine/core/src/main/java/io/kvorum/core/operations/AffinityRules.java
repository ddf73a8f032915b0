package io.kvorum.core.operations;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What affinity groups may look like; together with all others of their cluster they must be possible to keep. */
final class AffinityRules {

    static final int MAX_MEMBERS = 1024;
    static final int MAX_HOSTS = 1024;
    static final int MAX_PARTITION = 1_000_000;

    private AffinityRules() {}

    static void check(Inventory inventory, AffinityGroup group, List<FieldProblem> problems) {
        int before = problems.size();
        VmRules.checkDescription(group.description(), problems);
        Optional<Cluster> cluster = inventory.cluster(group.clusterId());
        if (cluster.isEmpty()) {
            problems.add(VmRules.field("clusterId", group.clusterId(), "There is no such cluster."));
            return;
        }
        checkMembers(inventory, group, problems);
        checkHosts(inventory, group, problems);
        if (group.vms() == Rule.NONE && group.hosts() == Rule.NONE) {
            problems.add(VmRules.field("vmRule", "none", "A group needs a rule for VMs or one for hosts."));
        }
        if (problems.size() == before) {
            AffinityContradictions.find(inventory, group)
                    .ifPresent(words -> problems.add(VmRules.field("members", group.name(), words)));
        }
    }

    private static void checkMembers(Inventory inventory, AffinityGroup group, List<FieldProblem> problems) {
        if (group.members().size() > MAX_MEMBERS) {
            problems.add(VmRules.field("members", group.members().size(), "At most " + MAX_MEMBERS + " VMs."));
            return;
        }
        Set<UUID> seen = new HashSet<>();
        for (int i = 0; i < group.members().size(); i++) {
            Member member = group.members().get(i);
            String path = "members[" + i + "].vmId";
            Optional<Vm> vm = inventory.vm(member.vmId());
            if (!seen.add(member.vmId())) {
                problems.add(VmRules.field(path, member.vmId(), "It is named twice."));
            } else if (vm.isEmpty()) {
                problems.add(VmRules.field(path, member.vmId(), "There is no such VM."));
            } else if (!vm.get().spec().clusterId().equals(group.clusterId())) {
                problems.add(VmRules.field(path, vm.get().name(), "It belongs to another cluster."));
            }
            if (member.partition() != null) {
                VmRules.checkRange("members[" + i + "].partition", member.partition(), 0, MAX_PARTITION, problems);
            }
        }
    }

    private static void checkHosts(Inventory inventory, AffinityGroup group, List<FieldProblem> problems) {
        if (group.hostIds().size() > MAX_HOSTS) {
            problems.add(VmRules.field("hostIds", group.hostIds().size(), "At most " + MAX_HOSTS + " hosts."));
            return;
        }
        if (group.hosts() != Rule.NONE && group.hostIds().isEmpty()) {
            problems.add(VmRules.field("hostIds", "[]", "A rule for hosts needs hosts."));
        }
        for (int i = 0; i < group.hostIds().size(); i++) {
            Optional<Host> host = inventory.host(group.hostIds().get(i));
            String path = "hostIds[" + i + "]";
            if (host.isEmpty()) {
                problems.add(VmRules.field(path, group.hostIds().get(i), "There is no such host."));
            } else if (!host.get().spec().clusterId().equals(group.clusterId())) {
                problems.add(VmRules.field(path, host.get().name(), "It belongs to another cluster."));
            }
        }
    }

    /** Takes the VM out of its groups. */
    static void forgetVm(Work work, UUID vmId) {
        for (AffinityGroup group : List.copyOf(work.inventory().affinityGroups())) {
            List<Member> others = group.members().stream()
                    .filter(member -> !member.vmId().equals(vmId))
                    .toList();
            if (others.size() < group.members().size()) {
                work.turn().put(group.with(others, group.hostIds()));
            }
        }
    }

    /** Takes the host out of all groups and wishes of VMs; where a VM may run there only, it is left to its owner. */
    static void forgetHost(Work work, UUID hostId) {
        for (AffinityGroup group : List.copyOf(work.inventory().affinityGroups())) {
            if (group.hostIds().contains(hostId)) {
                List<UUID> others = group.hostIds().stream()
                        .filter(id -> !id.equals(hostId))
                        .toList();
                work.turn().put(group.with(group.members(), others));
            }
        }
        for (Vm vm : List.copyOf(work.inventory().vms())) {
            HostWishes wishes = vm.spec().hosts();
            List<UUID> only =
                    wishes.only().stream().filter(id -> !id.equals(hostId)).toList();
            HostWishes left = new HostWishes(
                    only.isEmpty() ? wishes.only() : only,
                    wishes.preferred().stream().filter(id -> !id.equals(hostId)).toList());
            if (!left.equals(wishes)) {
                work.turn().put(vm.withSpec(vm.spec().with(left)));
            }
        }
    }
}
