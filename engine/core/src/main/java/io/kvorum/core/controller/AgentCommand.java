package io.kvorum.core.controller;

import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.MigrationPolicy;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a host agent is asked to do; the shell puts it into the words of the contract. */
public sealed interface AgentCommand {

    /** {@code resume}: from the memory that {@link SuspendVm} saved. {@code cpuModel}: the cluster's, or null. */
    record StartVm(
            Vm vm,
            List<StorageDomain> storageDomains,
            List<Network> networks,
            @Nullable String cpuModel,
            Platform platform,
            boolean resume)
            implements AgentCommand {
        public StartVm {
            storageDomains = List.copyOf(storageDomains);
            networks = List.copyOf(networks);
            if (platform == null) {
                platform = Platform.UNKNOWN; // stored before there was one
            }
        }
    }

    record StopVm(UUID vmId) implements AgentCommand {}

    record ShutdownVm(UUID vmId) implements AgentCommand {}

    record RebootVm(UUID vmId) implements AgentCommand {}

    record ResetVm(UUID vmId) implements AgentCommand {}

    record PauseVm(UUID vmId) implements AgentCommand {}

    record ResumeVm(UUID vmId) implements AgentCommand {}

    record SuspendVm(UUID vmId, StorageDomain storageDomain) implements AgentCommand {}

    /** More memory, or more virtual CPUs, while it runs; 0 for what it has. What it has already is a success. */
    record GrowVm(UUID vmId, long memoryBytes, int vcpus) implements AgentCommand {}

    record DeleteSavedState(UUID vmId, StorageDomain storageDomain) implements AgentCommand {}

    /**
     * {@code recover}: goes on with a migration whose post-copy broke, see {@link VmRunState#TORN}. {@code seat}: what it gets of
     * the target's NUMA nodes, with so many {@code vcpus}; null where it floats.
     */
    record MigrateVm(
            UUID vmId,
            UUID targetHostId,
            String targetAddress,
            List<Network> networks,
            MigrationPolicy policy,
            boolean recover,
            @Nullable Seat seat,
            int vcpus)
            implements AgentCommand {
        public MigrateVm {
            networks = List.copyOf(networks);
            if (policy == null) {
                policy = MigrationPolicy.DEFAULT; // stored before there was one
            }
        }
    }

    record QueryVm(UUID vmId) implements AgentCommand {}

    /** {@code sourceDiskId} null: an empty disk. {@code linked}: an overlay on the source, else a copy of it. */
    record CreateDisk(
            UUID diskId,
            StorageDomain storageDomain,
            DiskFormat format,
            long sizeBytes,
            @Nullable UUID sourceDiskId,
            @Nullable StorageDomain sourceDomain,
            @Nullable DiskFormat sourceFormat,
            boolean linked)
            implements AgentCommand {}

    record DeleteDisk(UUID diskId, StorageDomain storageDomain) implements AgentCommand {}

    record InspectStorage(StorageDomain storageDomain) implements AgentCommand {}

    record EnsureNetwork(Network network) implements AgentCommand {}

    /** Through one of the subject host's power agents; the shell adds the password. */
    record PowerControl(UUID subjectHostId, int powerAgentIndex, PowerAction action) implements AgentCommand {}

    /** The power state as that power agent tells it, which need not be configured; the shell opens the password. */
    record TestPower(UUID subjectHostId, PowerAgent agent) implements AgentCommand {}

    /** Whether the agent of another host answers from there. */
    record ProbeHost(UUID subjectHostId, String address, int port) implements AgentCommand {}

    /** {@code leaseId}: the host's own in that lockspace. */
    record JoinLockspace(StorageDomain storageDomain, int leaseId) implements AgentCommand {}

    record LeaveLockspace(StorageDomain storageDomain, int leaseId) implements AgentCommand {}

    /** What is known there of the member with that id. */
    record InspectLockspace(StorageDomain storageDomain, int leaseId) implements AgentCommand {}

    record CreateLease(UUID vmId, StorageDomain storageDomain) implements AgentCommand {}

    record DeleteLease(UUID vmId, StorageDomain storageDomain) implements AgentCommand {}

    /** Only ever after proof that the member with that id, the holder, is off. */
    record ReleaseLease(UUID vmId, StorageDomain storageDomain, int holderLeaseId) implements AgentCommand {}

    /** The host's own software, by its package manager. It holds no guests. */
    record UpgradeHost() implements AgentCommand {}

    enum PowerAction {
        STATUS,
        OFF,
        ON
    }
}
