package io.kvorum.core.inventory;

import io.kvorum.core.inventory.VmStatus.Growing;
import io.kvorum.core.lifecycle.VmState;
import java.time.Duration;
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

    /** As it is once it has got all that it is being given; the same where nothing is. */
    public Vm grown() {
        Growing growing = status.growing();
        if (growing == null) {
            return this;
        }
        Hardware before = spec.hardware();
        Hardware after = before.sized(growing.sockets(), growing.memoryBytes(), before.guaranteedMemoryBytes());
        return withSpec(spec.with(after)).withStatus(status.growing(null));
    }

    /** What counts on its host: its hardware, or while it grows, the larger one that it is being given. */
    public Hardware claim() {
        return grown().spec().hardware();
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
}
