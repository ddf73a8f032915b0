package io.kvorum.core.inventory;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** What VMs use of their quotas, kept with every change of a VM. Those count that {@link #counts}. */
public final class QuotaUse {

    /** What VMs have together. */
    public record Amount(int vms, long vcpus, long memoryBytes) {

        public static final Amount NOTHING = new Amount(0, 0, 0);

        public Amount plus(Amount more) {
            return new Amount(vms + more.vms, vcpus + more.vcpus, memoryBytes + more.memoryBytes);
        }

        /** The same with that VM, or with -1 without it. */
        public Amount plus(Vm vm, int sign) {
            Hardware hardware = vm.claim();
            return new Amount(
                    vms + sign, vcpus + (long) sign * hardware.vcpus(), memoryBytes + sign * hardware.memoryBytes());
        }
    }

    private final Map<UUID, Amount> totals = new HashMap<>();
    private final Map<UUID, Map<UUID, Amount>> byCluster = new HashMap<>();

    QuotaUse() {}

    /**
     * Whether it uses its quota: it runs, or may, or is to be restarted, since it is highly available and fell. So what a VM
     * had is kept for it, and no restart goes beyond a limit.
     */
    public static boolean counts(Vm vm) {
        return vm.hostId() != null
                || vm.status().wantedRunning() && vm.spec().highAvailability().enabled();
    }

    public Amount of(UUID quotaId) {
        return totals.getOrDefault(quotaId, Amount.NOTHING);
    }

    /** In that cluster only. A VM that migrates to another cluster counts in both. */
    public Amount of(UUID quotaId, UUID clusterId) {
        return byCluster.getOrDefault(quotaId, Map.of()).getOrDefault(clusterId, Amount.NOTHING);
    }

    /** Of each cluster where anything is used. */
    public Map<UUID, Amount> clusters(UUID quotaId) {
        return Map.copyOf(byCluster.getOrDefault(quotaId, Map.of()));
    }

    /** Counts a VM, or with -1 one that was counted. */
    void count(Vm vm, int sign) {
        UUID quotaId = vm.spec().quotaId();
        if (quotaId == null || !counts(vm)) {
            return;
        }
        add(totals, quotaId, vm, sign);
        Map<UUID, Amount> clusters = byCluster.computeIfAbsent(quotaId, id -> new HashMap<>());
        add(clusters, vm.spec().clusterId(), vm, sign);
        UUID target = vm.status().targetClusterId();
        if (target != null) {
            add(clusters, target, vm, sign);
        }
        if (clusters.isEmpty()) {
            byCluster.remove(quotaId);
        }
    }

    private static void add(Map<UUID, Amount> amounts, UUID key, Vm vm, int sign) {
        Amount sum = amounts.getOrDefault(key, Amount.NOTHING).plus(vm, sign);
        if (sum.vms() == 0) {
            amounts.remove(key);
        } else {
            amounts.put(key, sum);
        }
    }
}
