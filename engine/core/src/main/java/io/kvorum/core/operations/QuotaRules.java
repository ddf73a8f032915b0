package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.Quota.ClusterLimit;
import io.kvorum.core.inventory.Quota.Enforcement;
import io.kvorum.core.inventory.Quota.Limit;
import io.kvorum.core.inventory.QuotaUse;
import io.kvorum.core.inventory.QuotaUse.Amount;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What quotas may look like, and what they say of a VM that starts. Decided where it is started, by the one that starts all: two
 * that ask at once do not get the same share.
 */
final class QuotaRules {

    private static final int MAX_CLUSTERS = 256;
    private static final int MAX_VCPUS = 10_000_000;
    private static final long MAX_MEMORY_BYTES = 1L << 60;

    private QuotaRules() {}

    /** One limit as a VM finds it that asks for more. */
    private record Share(String where, String what, long limit, long used, long asked) {

        boolean exceeded() {
            return limit > 0 && asked > 0 && used + asked > limit;
        }

        /** Whether the VM is the one that takes it beyond so much of the limit. */
        boolean crosses(int percent) {
            long threshold = limit / 100 * percent + limit % 100 * percent / 100;
            return limit > 0 && used <= threshold && used + asked > threshold;
        }

        String words(Quota quota, Vm vm) {
            return "Quota " + quota.name() + " allows " + limit + " " + what + where + ", " + used
                    + " are used, and VM " + vm.name() + " asks for " + asked + ".";
        }
    }

    static void check(Inventory inventory, Quota quota, List<FieldProblem> problems) {
        VmRules.checkDescription(quota.description(), problems);
        if (inventory.dataCenter(quota.dataCenterId()).isEmpty()) {
            problems.add(VmRules.field("dataCenterId", quota.dataCenterId(), "There is no such data center."));
        }
        VmRules.checkRange("thresholdPercent", quota.thresholdPercent(), 1, 100, problems);
        check("", quota.limit(), problems);
        if (quota.clusters().size() > MAX_CLUSTERS) {
            problems.add(VmRules.field("clusters", quota.clusters().size(), "At most " + MAX_CLUSTERS + " clusters."));
            return;
        }
        Set<UUID> seen = new HashSet<>();
        for (int i = 0; i < quota.clusters().size(); i++) {
            ClusterLimit limit = quota.clusters().get(i);
            String path = "clusters[" + i + "].";
            check(path, limit.limit(), problems);
            Optional<Cluster> cluster = inventory.cluster(limit.clusterId());
            if (!seen.add(limit.clusterId())) {
                problems.add(VmRules.field(path + "clusterId", limit.clusterId(), "It is named twice."));
            } else if (cluster.isEmpty()) {
                problems.add(VmRules.field(path + "clusterId", limit.clusterId(), "There is no such cluster."));
            } else if (!cluster.get().dataCenterId().equals(quota.dataCenterId())) {
                problems.add(
                        VmRules.field(path + "clusterId", cluster.get().name(), "It belongs to another data center."));
            }
        }
    }

    private static void check(String path, Limit limit, List<FieldProblem> problems) {
        VmRules.checkRange(path + "vcpus", limit.vcpus(), 0, MAX_VCPUS, problems);
        VmRules.checkRange(path + "memoryBytes", limit.memoryBytes(), 0, MAX_MEMORY_BYTES, problems);
    }

    /** Holds the quota that a VM names against the data center of its cluster. */
    static void check(Inventory inventory, VmSpec spec, UUID dataCenterId, List<FieldProblem> problems) {
        if (spec.quotaId() == null) {
            return;
        }
        Optional<Quota> quota = inventory.quota(spec.quotaId());
        if (quota.isEmpty()) {
            problems.add(VmRules.field("quotaId", spec.quotaId(), "There is no such quota."));
        } else if (!quota.get().dataCenterId().equals(dataCenterId)) {
            problems.add(VmRules.field(
                    "quotaId", quota.get().name(), "It belongs to another data center than the VM's cluster."));
        }
    }

    /** Why the VM must not run now: an enforced quota that does not have what it asks for. One that is counted has it. */
    static Optional<Problem> objectionToRun(Inventory inventory, Vm vm) {
        return objectionToRun(inventory, List.of(vm));
    }

    /** Why these VMs, all of one cluster, must not all run now. */
    static Optional<Problem> objectionToRun(Inventory inventory, List<Vm> vms) {
        Map<UUID, Amount> others = new HashMap<>();
        for (Vm vm : vms) {
            UUID quotaId = vm.spec().quotaId();
            if (quotaId != null && !QuotaUse.counts(vm)) {
                Amount before = others.getOrDefault(quotaId, Amount.NOTHING);
                Optional<Problem> objection =
                        objection(inventory, vm, used(inventory, vm).and(before));
                if (objection.isPresent()) {
                    return objection;
                }
                others.put(quotaId, before.plus(vm, 1));
            }
        }
        return Optional.empty();
    }

    /** Why the VM, which is counted, must not become so large. */
    static Optional<Problem> objectionToGrow(Inventory inventory, Vm vm, Vm grown) {
        return enforced(inventory, vm)
                .flatMap(quota -> objection(quota, vm, sharesToGrow(inventory, quota, vm, grown)));
    }

    private static List<Share> sharesToGrow(Inventory inventory, Quota quota, Vm vm, Vm grown) {
        Amount more = amount(grown).plus(vm, -1);
        return shares(inventory, quota, vm, used(inventory, vm), more);
    }

    /** Why the VM, which runs by another quota or by none, must not go on by the one that it names. */
    static Optional<Problem> objectionToMove(Inventory inventory, Vm vm) {
        return objection(inventory, vm, used(inventory, vm));
    }

    /** Why there is no use in such a VM: it alone is more than its enforced quota allows. */
    static Optional<Problem> objectionToExist(Inventory inventory, Vm vm) {
        return objection(inventory, vm, Used.NOTHING);
    }

    /** Why the VM, which is counted in another cluster, must not go on in the one that it names. */
    static Optional<Problem> objectionToEnter(Inventory inventory, Vm vm) {
        return enforced(inventory, vm)
                .flatMap(quota ->
                        objection(quota, vm, sharesInCluster(inventory, quota, vm, used(inventory, vm), amount(vm))));
    }

    private static Optional<Problem> objection(Inventory inventory, Vm vm, Used used) {
        return enforced(inventory, vm)
                .flatMap(quota -> objection(quota, vm, shares(inventory, quota, vm, used, amount(vm))));
    }

    private static Optional<Quota> enforced(Inventory inventory, Vm vm) {
        return inventory.quota(vm.spec().quotaId()).filter(quota -> quota.enforcement() == Enforcement.ENFORCED);
    }

    private static Optional<Problem> objection(Quota quota, Vm vm, List<Share> shares) {
        return shares.stream()
                .filter(Share::exceeded)
                .findFirst()
                .map(share -> Problem.conflict(
                        share.words(quota, vm) + " Stop VMs of this quota, or raise it.", quota.subject()));
    }

    /** Tells of limits and thresholds that a VM goes beyond which starts now, and is not counted yet. */
    static void tell(Work work, Vm vm) {
        Optional<Quota> found = work.inventory()
                .quota(vm.spec().quotaId())
                .filter(quota -> quota.enforcement() != Enforcement.DISABLED);
        if (found.isEmpty() || QuotaUse.counts(vm)) {
            return;
        }
        Quota quota = found.get();
        Used used = used(work.inventory(), vm);
        tell(work, vm, quota, shares(work.inventory(), quota, vm, used, amount(vm)), "It starts");
    }

    /** The same of a VM that runs, and becomes so large. */
    static void tellOfGrowing(Work work, Vm vm, Vm grown) {
        work.inventory()
                .quota(vm.spec().quotaId())
                .filter(quota -> quota.enforcement() != Enforcement.DISABLED)
                .ifPresent(
                        quota -> tell(work, vm, quota, sharesToGrow(work.inventory(), quota, vm, grown), "It grows"));
    }

    /** The same of the limits in the cluster that a VM names, which runs and is not counted there yet. */
    static void tellOfEntering(Work work, Vm vm) {
        work.inventory()
                .quota(vm.spec().quotaId())
                .filter(quota -> quota.enforcement() != Enforcement.DISABLED)
                .ifPresent(quota -> tell(
                        work,
                        vm,
                        quota,
                        sharesInCluster(work.inventory(), quota, vm, used(work.inventory(), vm), amount(vm)),
                        "It moves there"));
    }

    private static void tell(Work work, Vm vm, Quota quota, List<Share> shares, String done) {
        for (Share share : shares) {
            if (share.exceeded()) {
                work.log(
                        Severity.WARNING,
                        "quota.exceeded",
                        share.words(quota, vm) + " " + done + ", since the quota is not enforced.",
                        quota.subject());
            } else if (share.crosses(quota.thresholdPercent())) {
                work.log(
                        Severity.WARNING,
                        "quota.threshold",
                        share.words(quota, vm) + " That is more than " + quota.thresholdPercent() + " %.",
                        quota.subject());
            }
        }
    }

    /** What of a VM's quota is used, in all and in its cluster. */
    private record Used(Amount total, Amount inCluster) {

        static final Used NOTHING = new Used(Amount.NOTHING, Amount.NOTHING);

        /** With others of the same cluster. */
        Used and(Amount others) {
            return new Used(total.plus(others), inCluster.plus(others));
        }
    }

    private static Used used(Inventory inventory, Vm vm) {
        UUID quotaId = vm.spec().quotaId();
        QuotaUse use = inventory.quotaUse();
        return quotaId == null
                ? Used.NOTHING
                : new Used(use.of(quotaId), use.of(quotaId, vm.spec().clusterId()));
    }

    private static Amount amount(Vm vm) {
        return Amount.NOTHING.plus(vm, 1);
    }

    private static List<Share> shares(Inventory inventory, Quota quota, Vm vm, Used used, Amount asked) {
        List<Share> shares = new ArrayList<>(shares("", quota.limit(), used.total(), asked));
        shares.addAll(sharesInCluster(inventory, quota, vm, used, asked));
        return shares;
    }

    private static List<Share> sharesInCluster(Inventory inventory, Quota quota, Vm vm, Used used, Amount asked) {
        UUID clusterId = vm.spec().clusterId();
        String name = inventory.cluster(clusterId).map(Cluster::name).orElse(clusterId.toString());
        return quota.limitIn(clusterId)
                .map(limit -> shares(" in cluster " + name, limit, used.inCluster(), asked))
                .orElse(List.of());
    }

    private static List<Share> shares(String where, Limit limit, Amount used, Amount asked) {
        return List.of(
                new Share(where, "virtual CPUs", limit.vcpus(), used.vcpus(), asked.vcpus()),
                new Share(
                        where,
                        "MiB of memory",
                        limit.memoryBytes() >> 20,
                        used.memoryBytes() >> 20,
                        asked.memoryBytes() >> 20));
    }
}
