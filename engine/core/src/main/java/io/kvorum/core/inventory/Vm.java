package io.kvorum.core.inventory;

import io.kvorum.core.lifecycle.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A virtual machine: what it should be, and what it is. */
public record Vm(UUID id, VmSpec spec, VmStatus status, Meta meta) implements Entity {

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public Kind kind() {
        return Kind.VM;
    }

    @Override
    public Vm withMeta(Meta newMeta) {
        return new Vm(id, spec, status, newMeta);
    }

    public Vm withSpec(VmSpec newSpec) {
        return new Vm(id, newSpec, status, meta);
    }

    public Vm withStatus(VmStatus newStatus) {
        return new Vm(id, spec, newStatus, meta);
    }

    /** The VM as it is in that cluster. */
    public Vm in(UUID clusterId) {
        return clusterId.equals(spec.clusterId()) ? this : withSpec(spec.in(clusterId));
    }

    public VmState state() {
        return status.state();
    }

    public @Nullable UUID hostId() {
        return status.hostId();
    }

    /** Where its lease lies; null if it has none. */
    public @Nullable UUID leaseDomainId() {
        return spec.highAvailability().leaseStorageDomainId();
    }

    /** What the guest must find on its next host, since it runs, or its memory is saved; null where nothing is known. */
    public @Nullable Platform keptPlatform() {
        return status.hostId() != null || status.memorySaved() ? status.platform() : null;
    }

    /** Whether it may be running on that host now, or hold resources there. */
    public boolean bindsTo(UUID host) {
        return host.equals(status.hostId()) || host.equals(status.targetHostId());
    }

    /**
     * What its owner wants.
     *
     * @param migrationPolicy how it travels; null for as its cluster says
     * @param quotaId the quota that it uses while it runs; null for none
     */
    public record VmSpec(
            String name,
            String description,
            UUID clusterId,
            @Nullable UUID templateId,
            Hardware hardware,
            List<VmDisk> disks,
            List<VmNic> nics,
            HighAvailability highAvailability,
            MigrationMode migration,
            @Nullable String cloudInitUserData,
            HostWishes hosts,
            @Nullable MigrationPolicy migrationPolicy,
            @Nullable UUID quotaId) {

        public VmSpec {
            disks = List.copyOf(disks);
            nics = List.copyOf(nics);
            if (hosts == null) {
                hosts = HostWishes.NONE; // stored before there were any
            }
        }

        /** For any host, travelling as its cluster says. */
        public VmSpec(
                String name,
                String description,
                UUID clusterId,
                @Nullable UUID templateId,
                Hardware hardware,
                List<VmDisk> disks,
                List<VmNic> nics,
                HighAvailability highAvailability,
                MigrationMode migration,
                @Nullable String cloudInitUserData) {
            this(
                    name,
                    description,
                    clusterId,
                    templateId,
                    hardware,
                    disks,
                    nics,
                    highAvailability,
                    migration,
                    cloudInitUserData,
                    HostWishes.NONE,
                    null,
                    null);
        }

        /** The same in that cluster. */
        public VmSpec in(UUID newClusterId) {
            return new VmSpec(
                    name,
                    description,
                    newClusterId,
                    templateId,
                    hardware,
                    disks,
                    nics,
                    highAvailability,
                    migration,
                    cloudInitUserData,
                    hosts,
                    migrationPolicy,
                    quotaId);
        }

        public VmSpec with(HostWishes wishes) {
            return new VmSpec(
                    name,
                    description,
                    clusterId,
                    templateId,
                    hardware,
                    disks,
                    nics,
                    highAvailability,
                    migration,
                    cloudInitUserData,
                    wishes,
                    migrationPolicy,
                    quotaId);
        }

        public VmSpec inQuota(@Nullable UUID newQuotaId) {
            return new VmSpec(
                    name,
                    description,
                    clusterId,
                    templateId,
                    hardware,
                    disks,
                    nics,
                    highAvailability,
                    migration,
                    cloudInitUserData,
                    hosts,
                    migrationPolicy,
                    newQuotaId);
        }

        public VmSpec with(Hardware newHardware) {
            return new VmSpec(
                    name,
                    description,
                    clusterId,
                    templateId,
                    newHardware,
                    disks,
                    nics,
                    highAvailability,
                    migration,
                    cloudInitUserData,
                    hosts,
                    migrationPolicy,
                    quotaId);
        }

        public VmSpec with(HighAvailability newHighAvailability) {
            return new VmSpec(
                    name,
                    description,
                    clusterId,
                    templateId,
                    hardware,
                    disks,
                    nics,
                    newHighAvailability,
                    migration,
                    cloudInitUserData,
                    hosts,
                    migrationPolicy,
                    quotaId);
        }
    }

    /**
     * Where its owner wants it.
     *
     * @param only the hosts that it may run on; empty for any
     * @param preferred hosts that are better than others
     */
    public record HostWishes(List<UUID> only, List<UUID> preferred) {

        public static final HostWishes NONE = new HostWishes(List.of(), List.of());

        public HostWishes {
            only = List.copyOf(only);
            preferred = List.copyOf(preferred);
        }
    }

    /**
     * A disk of a VM.
     *
     * @param backingDiskId the template's disk that a linked clone stands on; null for a disk of its own
     * @param bootOrder 1 boots first, 0 never
     */
    public record VmDisk(
            UUID id,
            UUID storageDomainId,
            DiskFormat format,
            long sizeBytes,
            int bootOrder,
            @Nullable UUID backingDiskId) {}

    /** A virtual network card; the MAC is colon-separated, lower case. */
    public record VmNic(UUID id, String mac, UUID networkId, boolean linkUp) {}

    public enum Priority {
        LOW,
        MEDIUM,
        HIGH
    }

    /**
     * What becomes of it when its host or its storage fails.
     *
     * @param enabled whether it is restarted when its host dies
     * @param priority before whom
     * @param restartAfter VMs of its cluster that shall be up before it is restarted
     * @param restartAfterLimit how long it waits for them at most
     * @param onStorageReturn what becomes of it when a disk failed under it and is there again
     * @param leaseStorageDomainId where its lease lies, without which no host runs it; null for none
     */
    public record HighAvailability(
            boolean enabled,
            Priority priority,
            List<UUID> restartAfter,
            Duration restartAfterLimit,
            OnStorageReturn onStorageReturn,
            @Nullable UUID leaseStorageDomainId) {

        public static final Duration DEFAULT_RESTART_AFTER_LIMIT = Duration.ofMinutes(10);

        public HighAvailability {
            restartAfter = List.copyOf(restartAfter);
        }

        /** Waits for nobody, goes on when its storage returns, and has no lease. */
        public HighAvailability(boolean enabled, Priority priority) {
            this(enabled, priority, List.of(), DEFAULT_RESTART_AFTER_LIMIT, OnStorageReturn.AUTO_RESUME, null);
        }

        /** The same without waiting for that VM. */
        public HighAvailability notAfter(UUID vmId) {
            List<UUID> others =
                    restartAfter.stream().filter(id -> !id.equals(vmId)).toList();
            return new HighAvailability(
                    enabled, priority, others, restartAfterLimit, onStorageReturn, leaseStorageDomainId);
        }
    }

    /** What becomes of a VM that stopped because a disk failed, once its host reaches its storage again. */
    public enum OnStorageReturn {
        AUTO_RESUME,
        LEAVE_PAUSED,
        /** It is forced off, and restarted if it is highly available: for guests that do not bear a long stop. */
        KILL
    }

    public enum MigrationMode {
        ALLOWED,
        /** Only when an operator asks for it. */
        MANUAL_ONLY,
        PINNED
    }

    /**
     * What it is.
     *
     * @param hostId where it runs, or may be running; null only when it is proven to run nowhere
     * @param targetHostId where it is migrating to, and may already be running; else null
     * @param wantedRunning whether it was started and not asked to stop since: a VM that fell is restarted only then
     * @param memorySaved whether its storage domain holds the memory of an earlier run, to start from
     * @param leaseLeftBy a host that is proven to be off and may have left the VM's lease behind; else null
     * @param seat what it holds of its host's NUMA nodes; null where it floats
     * @param targetSeat the same of the host that it is migrating to
     * @param platform what it was last started on, which counts while it runs and while its memory is saved; null where
     *     nobody knows
     * @param targetClusterId the cluster of the host that it is migrating to, if that is another than its own; else null
     */
    public record VmStatus(
            VmState state,
            @Nullable String reason,
            @Nullable UUID hostId,
            @Nullable UUID targetHostId,
            boolean wantedRunning,
            boolean memorySaved,
            @Nullable Instant startedAt,
            @Nullable UUID leaseLeftBy,
            @Nullable Seat seat,
            @Nullable Seat targetSeat,
            @Nullable Platform platform,
            @Nullable UUID targetClusterId) {

        /** On no seat. */
        public VmStatus(
                VmState state,
                @Nullable String reason,
                @Nullable UUID hostId,
                @Nullable UUID targetHostId,
                boolean wantedRunning,
                boolean memorySaved,
                @Nullable Instant startedAt,
                @Nullable UUID leaseLeftBy) {
            this(
                    state,
                    reason,
                    hostId,
                    targetHostId,
                    wantedRunning,
                    memorySaved,
                    startedAt,
                    leaseLeftBy,
                    null,
                    null,
                    null,
                    null);
        }

        public static VmStatus in(VmState state) {
            return new VmStatus(state, null, null, null, false, false, null, null);
        }

        /** Another state at the same place. */
        public VmStatus to(VmState newState, @Nullable String newReason) {
            return new VmStatus(
                    newState,
                    newReason,
                    hostId,
                    targetHostId,
                    wantedRunning,
                    memorySaved,
                    startedAt,
                    leaseLeftBy,
                    seat,
                    targetSeat,
                    platform,
                    targetClusterId);
        }

        /** Bound to that host only; on the seat that it has there, if it has one. */
        public VmStatus on(@Nullable UUID newHostId) {
            Seat there = newHostId == null ? null : newHostId.equals(hostId) ? seat : seatAt(newHostId);
            return on(newHostId, there);
        }

        private @Nullable Seat seatAt(UUID other) {
            return other.equals(targetHostId) ? targetSeat : null;
        }

        /** Bound to that host only, on that seat. */
        public VmStatus on(@Nullable UUID newHostId, @Nullable Seat newSeat) {
            return new VmStatus(
                    state,
                    reason,
                    newHostId,
                    null,
                    wantedRunning,
                    memorySaved,
                    startedAt,
                    leaseLeftBy,
                    newSeat,
                    null,
                    platform,
                    null);
        }

        /**
         * On its way to that host, on which that seat is kept for it; or, with null, on no way.
         *
         * @param newTargetClusterId the host's cluster if that is another than the VM's, else null
         */
        public VmStatus movingTo(
                @Nullable UUID newTargetId, @Nullable Seat newTargetSeat, @Nullable UUID newTargetClusterId) {
            return new VmStatus(
                    state,
                    reason,
                    hostId,
                    newTargetId,
                    wantedRunning,
                    memorySaved,
                    startedAt,
                    leaseLeftBy,
                    seat,
                    newTargetSeat,
                    platform,
                    newTargetClusterId);
        }

        /** On its way to that host of its own cluster; or, with null, on no way. */
        public VmStatus movingTo(@Nullable UUID newTargetId) {
            return movingTo(newTargetId, null, null);
        }

        /** What it holds where it is being started: of the host that it is on its way to, else of the one it is bound to. */
        public @Nullable Seat seatAtStart() {
            return targetHostId != null ? targetSeat : seat;
        }

        public VmStatus wanted(boolean running) {
            return new VmStatus(
                    state,
                    reason,
                    hostId,
                    targetHostId,
                    running,
                    memorySaved,
                    startedAt,
                    leaseLeftBy,
                    seat,
                    targetSeat,
                    platform,
                    targetClusterId);
        }

        public VmStatus saved(boolean memory) {
            return new VmStatus(
                    state,
                    reason,
                    hostId,
                    targetHostId,
                    wantedRunning,
                    memory,
                    startedAt,
                    leaseLeftBy,
                    seat,
                    targetSeat,
                    platform,
                    targetClusterId);
        }

        public VmStatus startedAt(@Nullable Instant instant) {
            return new VmStatus(
                    state,
                    reason,
                    hostId,
                    targetHostId,
                    wantedRunning,
                    memorySaved,
                    instant,
                    leaseLeftBy,
                    seat,
                    targetSeat,
                    platform,
                    targetClusterId);
        }

        /** Proven to run nowhere. */
        public VmStatus off(VmState newState, @Nullable String newReason) {
            return new VmStatus(
                    newState,
                    newReason,
                    null,
                    null,
                    wantedRunning,
                    memorySaved,
                    null,
                    leaseLeftBy,
                    null,
                    null,
                    platform,
                    null);
        }

        /** What it is started on now. */
        public VmStatus startedOn(Platform newPlatform) {
            return new VmStatus(
                    state,
                    reason,
                    hostId,
                    targetHostId,
                    wantedRunning,
                    memorySaved,
                    startedAt,
                    leaseLeftBy,
                    seat,
                    targetSeat,
                    newPlatform,
                    targetClusterId);
        }

        /** Its lease may still be that host's, which is proven to be off. */
        public VmStatus leaseLeftBy(@Nullable UUID deadHostId) {
            return new VmStatus(
                    state,
                    reason,
                    hostId,
                    targetHostId,
                    wantedRunning,
                    memorySaved,
                    startedAt,
                    deadHostId,
                    seat,
                    targetSeat,
                    platform,
                    targetClusterId);
        }
    }
}
