package io.kvorum.core.operations;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.GroupColumns.Membership;
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
import java.util.function.Function;

/** What affinity groups and labels may look like; all that concern a cluster must be possible to keep together. */
final class AffinityRules {

    static final int MAX_MEMBERS = 1024;
    static final int MAX_HOSTS = 1024;
    static final int MAX_LABELLED_VMS = 4096;
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

    static void check(Inventory inventory, AffinityLabel label, List<FieldProblem> problems) {
        int before = problems.size();
        VmRules.checkDescription(label.description(), problems);
        checkNamed("hostIds", "host", label.hostIds(), MAX_HOSTS, id -> inventory.host(id), problems);
        checkNamed("vmIds", "VM", label.vmIds(), MAX_LABELLED_VMS, id -> inventory.vm(id), problems);
        if (problems.size() == before) {
            AffinityContradictions.find(inventory, label)
                    .ifPresent(words -> problems.add(VmRules.field("vmIds", label.name(), words)));
        }
    }

    private static void checkNamed(
            String field,
            String what,
            List<UUID> ids,
            int most,
            Function<UUID, Optional<?>> find,
            List<FieldProblem> problems) {
        if (ids.size() > most) {
            problems.add(VmRules.field(field, ids.size(), "At most " + most + " " + what + "s."));
            return;
        }
        Set<UUID> seen = new HashSet<>();
        for (int i = 0; i < ids.size(); i++) {
            String path = field + "[" + i + "]";
            if (!seen.add(ids.get(i))) {
                problems.add(VmRules.field(path, ids.get(i), "It is named twice."));
            } else if (find.apply(ids.get(i)).isEmpty()) {
                problems.add(VmRules.field(path, ids.get(i), "There is no such " + what + "."));
            }
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
            } else if (vm.get().status().targetClusterId() != null) {
                problems.add(VmRules.field(path, vm.get().name(), "It is on its way to another cluster."));
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

    /** Takes the VM out of its groups and labels. */
    static void forgetVm(Work work, UUID vmId) {
        for (Membership membership :
                List.copyOf(work.inventory().columns().groups().of(vmId))) {
            switch (membership.group().rule()) {
                case AffinityGroup group -> {
                    List<Member> others = group.members().stream()
                            .filter(member -> !member.vmId().equals(vmId))
                            .toList();
                    work.turn().put(group.with(others, group.hostIds()));
                }
                case AffinityLabel label -> work.turn().put(label.with(label.hostIds(), without(label.vmIds(), vmId)));
            }
        }
    }

    private static List<UUID> without(List<UUID> ids, UUID gone) {
        return ids.stream().filter(id -> !id.equals(gone)).toList();
    }

    /** Takes the host out of all groups, labels and wishes of VMs; where a VM may run there only, it is left to its owner. */
    static void forgetHost(Work work, UUID hostId) {
        for (AffinityGroup group : List.copyOf(work.inventory().affinityGroups())) {
            if (group.hostIds().contains(hostId)) {
                work.turn().put(group.with(group.members(), without(group.hostIds(), hostId)));
            }
        }
        for (AffinityLabel label : List.copyOf(work.inventory().affinityLabels())) {
            if (label.hostIds().contains(hostId)) {
                work.turn().put(label.with(without(label.hostIds(), hostId), label.vmIds()));
            }
        }
        for (Vm vm : List.copyOf(work.inventory().vms())) {
            HostWishes wishes = vm.spec().hosts();
            List<UUID> only = without(wishes.only(), hostId);
            HostWishes left =
                    new HostWishes(only.isEmpty() ? wishes.only() : only, without(wishes.preferred(), hostId));
            if (!left.equals(wishes)) {
                work.turn().put(vm.withSpec(vm.spec().with(left)));
            }
        }
    }
}
