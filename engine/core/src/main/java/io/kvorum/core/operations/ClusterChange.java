package io.kvorum.core.operations;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.QuotaUse;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What stands against a VM in another cluster than its own.
 *
 * <ol>
 *   <li>Whatever of its configuration belongs to its old cluster is named and refused, never dropped: affinity groups, hosts that it
 *       names, VMs that it waits for or that wait for it.
 *   <li>A quota's limit in the new cluster counts as for a start there.
 *   <li>One that runs stays in its data center, and keeps the CPU that it was started with, whatever the new cluster gives.
 * </ol>
 */
final class ClusterChange {

    private static final int NAMED = 5;

    private ClusterChange() {}

    /** Why the VM must not migrate to where the request says; whether a host there can take it is not asked here. */
    static Optional<Problem> objection(Inventory inventory, Vm vm, Request.MigrateVm request) {
        UUID asked = request.clusterId();
        if (asked != null && inventory.cluster(asked).isEmpty()) {
            return Optional.of(Problem.notFound("cluster", asked));
        }
        Cluster own = inventory.cluster(vm.spec().clusterId()).orElseThrow();
        Cluster target = inventory.cluster(asked).orElse(own);
        Optional<Problem> astray = inventory
                .host(request.hostId())
                .filter(host -> !host.spec().clusterId().equals(target.id()))
                .map(host -> astray(inventory, vm, host, target, asked != null));
        return astray.isPresent() || target.id().equals(own.id()) ? astray : toMove(inventory, vm, own, target);
    }

    private static Problem astray(Inventory inventory, Vm vm, Host host, Cluster target, boolean asked) {
        String of = clusterName(inventory, host.spec().clusterId());
        String found = "Host " + host.name() + " belongs to cluster " + of + ", ";
        return Problem.conflict(
                asked
                        ? found + "not to cluster " + target.name() + "."
                        : found + "VM " + vm.name() + " to cluster " + target.name()
                                + ". To move it into that cluster too, name the cluster as well (clusterId "
                                + host.spec().clusterId() + ").",
                host.subject());
    }

    private static Optional<Problem> toMove(Inventory inventory, Vm vm, Cluster own, Cluster target) {
        if (!target.dataCenterId().equals(own.dataCenterId())) {
            return Optional.of(Problem.conflict(
                    "Cluster " + target.name() + " belongs to another data center than cluster " + own.name()
                            + ", where VM " + vm.name() + " runs; a VM migrates within its data center.",
                    target.subject()));
        }
        List<FieldProblem> wrong = VmRules.check(inventory, vm.id(), vm.spec().in(target.id()));
        return wrong.isEmpty()
                ? toBelong(inventory, vm, target.id())
                : Optional.of(Problem.conflict(
                        "VM " + vm.name() + " cannot belong to cluster " + target.name() + " as it is. "
                                + wrong.stream()
                                        .limit(NAMED)
                                        .map(problem ->
                                                problem.field() + " (" + problem.value() + "): " + problem.message())
                                        .collect(Collectors.joining(" "))
                                + " Change that first.",
                        vm.subject()));
    }

    /** Why the VM, which runs or does not, must not belong to that cluster, beyond what its own specification says. */
    static Optional<Problem> toBelong(Inventory inventory, Vm vm, UUID clusterId) {
        List<AffinityGroup> groups = inventory.columns().groups().of(vm.id()).stream()
                .map(membership -> membership.group().rule())
                .filter(AffinityGroup.class::isInstance)
                .map(AffinityGroup.class::cast)
                .filter(group -> !group.clusterId().equals(clusterId))
                .toList();
        if (!groups.isEmpty()) {
            return Optional.of(Problem.conflict(
                    "VM " + vm.name() + " is a member of affinity groups of cluster "
                            + clusterName(inventory, vm.spec().clusterId()) + ": "
                            + names(groups.stream().map(AffinityGroup::name))
                            + ". Members of a group belong to its cluster: take the VM out of them first.",
                    groups.getFirst().subject()));
        }
        List<Vm> after = inventory.vms().stream()
                .filter(other -> !other.spec().clusterId().equals(clusterId)
                        && other.spec().highAvailability().restartAfter().contains(vm.id()))
                .toList();
        if (!after.isEmpty()) {
            return Optional.of(Problem.conflict(
                    "VMs of cluster " + clusterName(inventory, vm.spec().clusterId()) + " are restarted after VM "
                            + vm.name() + " (highAvailability.restartAfter): "
                            + names(after.stream().map(Vm::name))
                            + ". They must belong to one cluster: change those first.",
                    after.getFirst().subject()));
        }
        return QuotaUse.counts(vm) ? QuotaRules.objectionToEnter(inventory, vm.in(clusterId)) : Optional.empty();
    }

    /** The VM as it would run where the request says; itself, if that is in its own cluster. */
    static Vm there(Inventory inventory, Vm vm, Request.MigrateVm request) {
        UUID clusterId = request.clusterId();
        return clusterId == null || clusterId.equals(vm.spec().clusterId())
                ? vm
                : vm.in(clusterId).withStatus(vm.status().startedOn(runningOn(inventory, vm)));
    }

    /** What the guest runs on. Where nobody noted its CPU, it is the one that its cluster gives: it has not left that yet. */
    private static Platform runningOn(Inventory inventory, Vm vm) {
        Cluster cluster = inventory.cluster(vm.spec().clusterId()).orElseThrow();
        return Objects.requireNonNullElse(vm.status().platform(), Platform.UNKNOWN)
                .knowing(Platform.cpuGiven(vm.spec().hardware(), cluster));
    }

    private static String clusterName(Inventory inventory, UUID id) {
        return inventory.cluster(id).map(Cluster::name).orElse(id.toString());
    }

    private static String names(Stream<String> names) {
        List<String> sorted = names.sorted().toList();
        String named = sorted.stream().limit(NAMED).collect(Collectors.joining(", "));
        return sorted.size() <= NAMED ? named : named + " and " + (sorted.size() - NAMED) + " more";
    }
}
