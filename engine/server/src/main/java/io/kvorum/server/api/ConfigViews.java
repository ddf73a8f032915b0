package io.kvorum.server.api;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.StorageDomain;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Data centers, clusters, storage domains and networks as the API shows them. */
public final class ConfigViews {

    private ConfigViews() {}

    @Schema(name = "DataCenter")
    public record DataCenterView(
            UUID id, String name, String description, long revision, Instant createdAt, Instant updatedAt) {

        static DataCenterView of(DataCenter dataCenter) {
            return new DataCenterView(
                    dataCenter.id(),
                    dataCenter.name(),
                    dataCenter.description(),
                    dataCenter.meta().revision(),
                    dataCenter.meta().createdAt(),
                    dataCenter.meta().updatedAt());
        }
    }

    @Schema(name = "Fencing")
    public record FencingView(
            boolean enabled,
            int stopWhenSilentPercent,
            boolean skipIfReachableThroughOthers,
            long startingGraceSeconds,
            boolean switchOnAfterFence,
            boolean skipIfRenewingLease,
            boolean restartByLeaseWithoutWatchdog) {

        static FencingView of(Cluster.FencingPolicy policy) {
            return new FencingView(
                    policy.enabled(),
                    policy.stopWhenSilentPercent(),
                    policy.skipIfReachableThroughOthers(),
                    policy.startingGrace().toSeconds(),
                    policy.switchOnAfterFence(),
                    policy.skipIfRenewingLease(),
                    policy.restartByLeaseWithoutWatchdog());
        }
    }

    @Schema(name = "Admission")
    public record AdmissionView(
            @Schema(enumeration = {"off", "warn", "enforce"})
            String mode,

            int hostFailures) {}

    @Schema(name = "Balancing")
    public record BalancingView(
            @Schema(enumeration = {"off", "review", "automatic"})
            String mode,

            int aggressiveness,
            int memoryHighPercent,
            int criticalPercent,
            int migrationsPerHost,
            int migrationsPerCluster,
            int diskHighPercent,
            int networkHighPercent,

            @Schema(description = "What the disks of each host carry, read and written; 0 if that is not known.")
            long diskLimitBytesPerSecond,

            int cpuPressureHighPercent,
            int efficiencyLowPercent) {

        static BalancingView of(Cluster.BalancingPolicy policy) {
            return new BalancingView(
                    Words.of(policy.mode()),
                    policy.aggressiveness(),
                    policy.memoryHighPercent(),
                    policy.criticalPercent(),
                    policy.migrationsPerHost(),
                    policy.migrationsPerCluster(),
                    policy.io().diskHighPercent(),
                    policy.io().networkHighPercent(),
                    policy.io().diskLimitBytesPerSecond(),
                    policy.pressure().cpuPressureHighPercent(),
                    policy.pressure().efficiencyLowPercent());
        }
    }

    @Schema(name = "PowerSaving")
    public record PowerSavingView(
            int lowUtilizationPercent, int hostsInReserve, boolean enableAutomaticHostPowerManagement) {

        static PowerSavingView of(Cluster.PowerSavingPolicy policy) {
            return new PowerSavingView(
                    policy.lowUtilizationPercent(),
                    policy.hostsInReserve(),
                    policy.enableAutomaticHostPowerManagement());
        }
    }

    @Schema(name = "Cluster")
    public record ClusterView(
            UUID id,
            String name,
            String description,
            UUID dataCenterId,

            @Schema(
                    enumeration = {
                        "none",
                        "evenly_distributed",
                        "power_saving",
                        "vm_evenly_distributed",
                        "cluster_maintenance",
                        "performance",
                        "density"
                    })
            String schedulingPolicy,

            @Nullable UUID customPolicyId,

            int highUtilizationPercent,
            int cpuOverCommitDurationMinutes,
            int memoryOvercommitPercent,
            @Nullable String cpuModel,
            FencingView fencing,
            AdmissionView admission,
            BalancingView balancing,
            PowerSavingView powerSaving,
            @Nullable PolicyScheduleView policySchedule,

            @Schema(description = "The scheduling policy that is in force now, by the schedule if there is one.")
            String policyInForce,

            MigrationPolicyView migrationPolicy,

            @Schema(description = "Machine type of its VMs; null for the hosts' newest q35.") @Nullable
            String emulatedMachine,

            long revision,
            Instant createdAt,
            Instant updatedAt) {

        static ClusterView of(Cluster cluster) {
            return new ClusterView(
                    cluster.id(),
                    cluster.name(),
                    cluster.description(),
                    cluster.dataCenterId(),
                    Words.of(cluster.basePolicy()),
                    cluster.customPolicyId(),
                    cluster.scheduling().highUtilizationPercent(),
                    cluster.scheduling().cpuOverCommitDurationMinutes(),
                    cluster.scheduling().memoryOvercommitPercent(),
                    cluster.cpuModel(),
                    FencingView.of(cluster.fencing()),
                    new AdmissionView(
                            Words.of(cluster.admission().mode()),
                            cluster.admission().hostFailures()),
                    BalancingView.of(cluster.balancing()),
                    PowerSavingView.of(cluster.powerSaving()),
                    PolicyScheduleView.of(cluster.schedule()),
                    Words.of(cluster.scheduling().name()),
                    MigrationPolicyView.of(cluster.migration()),
                    cluster.emulatedMachine(),
                    cluster.meta().revision(),
                    cluster.meta().createdAt(),
                    cluster.meta().updatedAt());
        }
    }

    @Schema(name = "StorageDomain")
    public record StorageDomainView(
            UUID id,
            String name,
            UUID dataCenterId,

            @Schema(enumeration = {"shared_folder", "local_folder"})
            String kind,

            String path,
            @Nullable UUID hostId,

            @Schema(enumeration = {"unattached", "active", "inactive"})
            String state,

            @Nullable String stateReason,
            @Nullable Long capacityBytes,
            @Nullable Long availableBytes,
            List<LockspaceMemberView> lockspace,
            long revision,
            Instant createdAt,
            Instant updatedAt) {

        static StorageDomainView of(StorageDomain domain) {
            boolean known = domain.capacityBytes() > 0;
            return new StorageDomainView(
                    domain.id(),
                    domain.name(),
                    domain.dataCenterId(),
                    Words.of(domain.storage()),
                    domain.path(),
                    domain.hostId(),
                    Words.of(domain.state()),
                    domain.stateReason(),
                    known ? domain.capacityBytes() : null,
                    known ? domain.availableBytes() : null,
                    domain.lockspace().members().stream()
                            .map(member -> new LockspaceMemberView(
                                    member.hostId(), member.leaseId(), member.joinedBootId() != null))
                            .toList(),
                    domain.meta().revision(),
                    domain.meta().createdAt(),
                    domain.meta().updatedAt());
        }
    }

    /** A host with its id in the lockspace; only while it is joined it can hold leases. */
    @Schema(name = "LockspaceMember")
    public record LockspaceMemberView(UUID hostId, int leaseId, boolean joined) {}

    @Schema(name = "Network")
    public record NetworkView(
            UUID id,
            String name,
            UUID dataCenterId,
            @Schema(enumeration = {"nat", "bridge"}) String kind,
            String bridge,
            @Nullable String subnet,
            long revision,
            Instant createdAt,
            Instant updatedAt) {

        static NetworkView of(Network network) {
            return new NetworkView(
                    network.id(),
                    network.name(),
                    network.dataCenterId(),
                    Words.of(network.network()),
                    network.bridge(),
                    network.subnet(),
                    network.meta().revision(),
                    network.meta().createdAt(),
                    network.meta().updatedAt());
        }
    }
}
