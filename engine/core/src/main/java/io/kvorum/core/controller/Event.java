package io.kvorum.core.controller;

import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Progress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Something that happened, for the controller. */
public sealed interface Event {

    /** A queued operation was stored. */
    record OperationSubmitted(Operation operation) implements Event {}

    record CancelRequested(UUID operationId, String by) implements Event {}

    record CommandEnded(UUID operationId, UUID commandId, CommandOutcome outcome) implements Event {}

    record CommandProgressed(UUID operationId, UUID commandId, Progress progress) implements Event {}

    /** A host answered the first call of a connection. */
    record HostGreeted(
            UUID hostId,
            HostFacts facts,
            String bootId,
            List<VmSighting> vms,
            boolean hypervisorConnected,
            @Nullable String problem,
            @Nullable Instant certificateExpiresAt)
            implements Event {
        public HostGreeted {
            vms = List.copyOf(vms);
        }
    }

    /** A heartbeat. */
    record HostHeard(
            UUID hostId,
            boolean hypervisorConnected,
            @Nullable String problem) implements Event {}

    /** The connection broke. Evidence, not proof, of anything. */
    record HostConnectionLost(UUID hostId, String reason) implements Event {}

    /** All guests of a host. */
    record VmsListed(UUID hostId, List<VmSighting> vms) implements Event {
        public VmsListed {
            vms = List.copyOf(vms);
        }
    }

    /** The storage domains of whose lockspaces the host is a member. */
    record LockspacesListed(UUID hostId, Set<UUID> storageDomainIds) implements Event {
        public LockspacesListed {
            storageDomainIds = Set.copyOf(storageDomainIds);
        }
    }

    record VmSighted(UUID hostId, VmSighting vm, Cause cause, String detail) implements Event {}

    /** Measured use of a host and its VMs. */
    record HostMeasured(UUID hostId, HostLoad load) implements Event {}

    record TimerFired(Timer timer) implements Event {}

    /** A guest as its host sees it; {@code managed} is false for one that Kvorum did not start. */
    record VmSighting(UUID vmId, String name, VmRunState state, boolean managed) {}

    enum Cause {
        STARTED,
        SHUTDOWN,
        STOPPED,
        CRASHED,
        MIGRATED_IN,
        MIGRATED_OUT,
        PAUSED,
        RESUMED,
        IO_ERROR,
        REBOOTED,
        SUSPENDED,
        UNKNOWN
    }

    /** CPU use is a share (0 to 1) of all the host's CPUs; of a VM, of its vCPUs. {@code swap} is null where none is told. */
    record HostLoad(
            double cpuUsage,
            long memoryUsedBytes,
            List<VmLoad> vms,
            HostSignals signals,
            @Nullable SwapUse swap) {
        public HostLoad {
            vms = List.copyOf(vms);
        }

        /** Of a host that tells no more. */
        public HostLoad(double cpuUsage, long memoryUsedBytes, List<VmLoad> vms) {
            this(cpuUsage, memoryUsedBytes, vms, HostSignals.NONE);
        }

        /** Silent on swap. */
        public HostLoad(double cpuUsage, long memoryUsedBytes, List<VmLoad> vms, HostSignals signals) {
            this(cpuUsage, memoryUsedBytes, vms, signals, null);
        }

        /** The same but for those. */
        public HostLoad with(HostSignals newSignals) {
            return new HostLoad(cpuUsage, memoryUsedBytes, vms, newSignals, swap);
        }
    }

    record SwapUse(long usedBytes, long totalBytes) {}

    /**
     * What else a host may tell; NaN for what it does not.
     *
     * @param cpuPressure share of the last minute, 0 to 1, in which something waited for a CPU (the kernel's PSI, "some")
     * @param memoryPressure likewise for memory
     * @param ioPressure likewise for disks
     * @param diskBytesPerSecond read and written
     * @param networkBytesPerSecond in the busier direction
     * @param networkLinkBytesPerSecond what its links carry in one direction
     */
    record HostSignals(
            double cpuPressure,
            double memoryPressure,
            double ioPressure,
            double diskBytesPerSecond,
            double networkBytesPerSecond,
            double networkLinkBytesPerSecond) {

        public static final HostSignals NONE =
                new HostSignals(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

        /** The same with another figure for the network. */
        public HostSignals withNetwork(double bytesPerSecond) {
            return new HostSignals(
                    cpuPressure,
                    memoryPressure,
                    ioPressure,
                    diskBytesPerSecond,
                    bytesPerSecond,
                    networkLinkBytesPerSecond);
        }
    }

    /**
     * Of a VM; NaN for what its host does not tell.
     *
     * @param cpuWait share of its vCPUs' time in which they were ready to run and had no CPU
     * @param diskBytesPerSecond read and written
     * @param networkBytesPerSecond in the busier direction
     */
    record VmLoad(
            UUID vmId,
            double cpuUsage,
            long memoryUsedBytes,
            double cpuWait,
            double diskBytesPerSecond,
            double networkBytesPerSecond) {

        /** Of which no more is told. */
        public VmLoad(UUID vmId, double cpuUsage, long memoryUsedBytes) {
            this(vmId, cpuUsage, memoryUsedBytes, Double.NaN, Double.NaN, Double.NaN);
        }
    }
}
