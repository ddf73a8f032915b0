package io.kvorum.server.api;

import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.server.metrics.Metric;
import io.kvorum.server.metrics.Sample;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A VM as the API shows it. */
@Schema(name = "Vm")
public record VmView(
        UUID id,
        String name,
        String description,
        UUID clusterId,
        @Nullable UUID templateId,
        HardwareView hardware,
        List<DiskView> disks,
        List<NicView> nics,
        HighAvailabilityView highAvailability,
        HostWishesView hosts,

        @Schema(enumeration = {"allowed", "manual_only", "pinned"})
        String migration,

        @Schema(description = "Its own; null for as its cluster says.") @Nullable
        MigrationPolicyView migrationPolicy,

        @Schema(description = "The quota that it uses while it runs.") @Nullable
        UUID quotaId,

        @Schema(description = "The type whose size its hardware has; null for a size of its own.") @Nullable
        UUID instanceTypeId,

        @Schema(
                enumeration = {
                    "provisioning",
                    "down",
                    "starting",
                    "up",
                    "paused",
                    "shutting_down",
                    "suspending",
                    "suspended",
                    "migrating",
                    "unknown",
                    "deleting"
                })
        String state,

        @Nullable String stateReason,
        @Nullable UUID hostId,
        @Nullable String hostName,
        @Nullable UUID targetHostId,

        @Schema(description = "One for each of its NUMA nodes; empty where it floats over its host.")
        List<SeatView> seat,

        @Schema(description = "The machine type that its guest was started with; null while it is off, or not known.")
        @Nullable
        String machine,

        @Nullable Instant startedAt,
        @Nullable UUID operationId,
        UsageView usage,
        long revision,
        Instant createdAt,
        Instant updatedAt) {

    /** {@code allocatedBytes} is null where no host has told. */
    @Schema(name = "Disk")
    public record DiskView(
            UUID id,
            long sizeBytes,
            @Nullable Long allocatedBytes,
            String format,
            UUID storageDomainId,
            int bootOrder,
            @Nullable UUID backingDiskId) {}

    @Schema(name = "HostWishes")
    public record HostWishesView(List<UUID> only, List<UUID> preferred) {}

    /** The host's NUMA node that its memory is bound to, and the host's CPUs that are its own. */
    @Schema(name = "Seat")
    public record SeatView(int node, List<Integer> cpus) {

        static List<SeatView> of(@Nullable Seat seat) {
            return seat == null
                    ? List.of()
                    : seat.cells().stream()
                            .map(cell -> new SeatView(cell.node(), cell.cpus()))
                            .toList();
        }
    }

    @Schema(name = "Nic")
    public record NicView(UUID id, String mac, UUID networkId, boolean linkUp) {}

    @Schema(name = "HighAvailability")
    public record HighAvailabilityView(
            boolean enabled,
            @Schema(enumeration = {"low", "medium", "high"}) String priority,
            List<UUID> restartAfter,
            long restartAfterLimitSeconds,

            @Schema(enumeration = {"auto_resume", "leave_paused", "kill"})
            String onStorageReturn,

            @Nullable UUID leaseStorageDomainId) {

        static HighAvailabilityView of(Vm.HighAvailability rules) {
            return new HighAvailabilityView(
                    rules.enabled(),
                    Words.of(rules.priority()),
                    rules.restartAfter(),
                    rules.restartAfterLimit().toSeconds(),
                    Words.of(rules.onStorageReturn()),
                    rules.leaseStorageDomainId());
        }
    }

    /** Last measured; null where nothing was measured yet. */
    @Schema(name = "VmUsage")
    public record UsageView(
            @Nullable Double cpuUsage,
            @Nullable Long memoryUsedBytes,

            @Schema(
                    description =
                            "Of the CPU time that it asked for, the share that it got, 0 to 1; null where its host does"
                                    + " not tell how long it waited.")
            @Nullable
            Double efficiency,

            @Schema(description = "What the balloon leaves of its memory: all of it unless its host runs short.")
            @Nullable
            Long memoryGivenBytes) {

        static final UsageView NONE = new UsageView(null, null, null, null);

        static UsageView of(@Nullable Sample sample, @Nullable Long memoryGivenBytes) {
            return sample == null
                    ? NONE
                    : new UsageView(
                            Measured.share(sample, Metric.CPU),
                            Measured.bytes(sample, Metric.MEMORY),
                            Measured.share(sample, Metric.EFFICIENCY),
                            memoryGivenBytes);
        }
    }

    private static @Nullable String machine(Vm vm) {
        Platform kept = vm.keptPlatform();
        return kept == null ? null : kept.machine();
    }

    static VmView of(Vm vm, @Nullable String hostName, @Nullable UUID operationId, UsageView usage) {
        VmSpec spec = vm.spec();
        return new VmView(
                vm.id(),
                spec.name(),
                spec.description(),
                spec.clusterId(),
                spec.templateId(),
                HardwareView.of(spec.hardware()),
                spec.disks().stream()
                        .map(disk -> new DiskView(
                                disk.id(),
                                disk.sizeBytes(),
                                null,
                                Words.of(disk.format()),
                                disk.storageDomainId(),
                                disk.bootOrder(),
                                disk.backingDiskId()))
                        .toList(),
                spec.nics().stream()
                        .map(nic -> new NicView(nic.id(), nic.mac(), nic.networkId(), nic.linkUp()))
                        .toList(),
                HighAvailabilityView.of(spec.highAvailability()),
                new HostWishesView(spec.hosts().only(), spec.hosts().preferred()),
                Words.of(spec.migration()),
                spec.migrationPolicy() == null ? null : MigrationPolicyView.of(spec.migrationPolicy()),
                spec.quotaId(),
                spec.instanceTypeId(),
                Words.of(vm.state()),
                vm.status().reason(),
                vm.hostId(),
                hostName,
                vm.status().targetHostId(),
                SeatView.of(vm.status().seat()),
                machine(vm),
                vm.status().startedAt(),
                operationId,
                usage,
                vm.meta().revision(),
                vm.meta().createdAt(),
                vm.meta().updatedAt());
    }
}
