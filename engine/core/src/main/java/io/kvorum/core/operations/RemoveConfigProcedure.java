package io.kvorum.core.operations;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.StorageDomain;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Removes a data center, cluster, storage domain or network that nothing uses any more. */
final class RemoveConfigProcedure implements Procedure<Request.RemoveConfig> {

    private static final int NAMED = 5;

    @Override
    public List<Lock> locks(Inventory inventory, Request.RemoveConfig request) {
        return List.of(new Lock(request.kind(), request.id()));
    }

    @Override
    public Verdict begin(Work work, Request.RemoveConfig request) {
        Optional<Entity> found = work.inventory().find(request.kind(), request.id());
        if (found.isEmpty() || !(found.get() instanceof ConfigObject object)) {
            return Verdict.refuse(Problem.notFound(request.kind().words(), request.id()));
        }
        Optional<Problem> stale = Revisions.stale(object, request.expectedRevision());
        if (stale.isPresent()) {
            return Verdict.refuse(stale.get());
        }
        List<Entity> users = users(work.inventory(), object).toList();
        if (!users.isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "The " + object.subject() + " is used by the " + named(users)
                            + (object instanceof InstanceType
                                    ? "; give VMs another one, or none, first."
                                    : "; remove " + (users.size() == 1 ? "that" : "those") + " first."),
                    users.getFirst().subject()));
        }
        work.inventory().balancingPlans().stream()
                .filter(plan -> plan.clusterId().equals(request.id()))
                .toList()
                .forEach(plan -> work.turn().remove(plan.kind(), plan.id()));
        work.turn().remove(request.kind(), request.id());
        return new Verdict.Succeed("The " + object.subject() + " was removed.");
    }

    private static String named(List<Entity> users) {
        String named = users.stream()
                .limit(NAMED)
                .map(user -> user.subject().toString())
                .collect(Collectors.joining(", the "));
        return users.size() <= NAMED ? named : named + " and " + (users.size() - NAMED) + " more";
    }

    private static Stream<Entity> users(Inventory inventory, ConfigObject object) {
        UUID id = object.id();
        return switch (object) {
            case DataCenter dataCenter ->
                Stream.of(
                                inventory.clusters().stream()
                                        .filter(c -> c.dataCenterId().equals(id)),
                                inventory.storageDomains().stream()
                                        .filter(d -> d.dataCenterId().equals(id)),
                                inventory.networks().stream()
                                        .filter(n -> n.dataCenterId().equals(id)),
                                inventory.quotas().stream()
                                        .filter(q -> q.dataCenterId().equals(id)),
                                inventory.templates().stream()
                                        .filter(t -> t.dataCenterId().equals(id)))
                        .flatMap(stream -> stream);
            case Cluster cluster ->
                Stream.of(
                                inventory.hostsOf(id).stream(),
                                inventory.affinityGroups().stream()
                                        .filter(group -> group.clusterId().equals(id)),
                                inventory.quotas().stream()
                                        .filter(quota -> quota.limitIn(id).isPresent()),
                                inventory.vms().stream()
                                        .filter(vm -> vm.spec().clusterId().equals(id)))
                        .flatMap(stream -> stream);
            case StorageDomain domain ->
                Stream.of(
                                inventory.vms().stream()
                                        .filter(vm -> id.equals(vm.leaseDomainId())
                                                || vm.spec().disks().stream()
                                                        .anyMatch(disk -> disk.storageDomainId()
                                                                .equals(id))),
                                inventory.templates().stream()
                                        .filter(template -> template.disks().stream()
                                                .anyMatch(disk ->
                                                        disk.storageDomainId().equals(id))),
                                inventory.images().stream()
                                        .filter(image -> image.storageDomainId().equals(id)))
                        .flatMap(stream -> stream);
            case SchedulingPolicy policy ->
                inventory.clusters().stream()
                        .filter(cluster -> id.equals(cluster.customPolicyId()))
                        .map(cluster -> (Entity) cluster);
            case Quota quota ->
                inventory.vms().stream()
                        .filter(vm -> id.equals(vm.spec().quotaId()))
                        .map(vm -> (Entity) vm);
            case InstanceType type ->
                Stream.concat(
                        inventory.vms().stream()
                                .filter(vm -> id.equals(vm.spec().instanceTypeId())),
                        inventory.operations().stream().filter(operation -> isAboutToName(id, operation)));
            case AffinityGroup group -> Stream.empty();
            case AffinityLabel label -> Stream.empty();
            case Network network ->
                inventory.vms().stream()
                        .filter(vm -> vm.spec().nics().stream()
                                .anyMatch(nic -> nic.networkId().equals(id)))
                        .map(vm -> (Entity) vm);
        };
    }

    /** Whether it changes a VM, has seen the type there, and has not stored the change yet. */
    private static boolean isAboutToName(UUID instanceTypeId, Operation operation) {
        return operation.state() == OperationState.RUNNING
                && operation.request() instanceof Request.ChangeVm(var vmId, var spec, var revision)
                && instanceTypeId.equals(spec.instanceTypeId());
    }
}
