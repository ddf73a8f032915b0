package io.kvorum.agent.rules;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.network.Subnet;
import io.kvorum.proto.agent.v1.CpuMode;
import io.kvorum.proto.agent.v1.CreateDisk;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskRef;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NetworkRef;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.StorageKind;
import io.kvorum.proto.agent.v1.VmSpec;
import java.util.HashSet;
import java.util.Set;

/** Refuses malformed commands before any work begins. */
public final class CommandRules {
    private static final long MIB = 1L << 20;
    private static final long TIB = 1L << 40;

    private CommandRules() {}

    /** Throws CommandFailure with INVALID; returns what the command is about, for logs and locks. */
    public static String check(ExecuteRequest request) {
        return switch (request.getCommandCase()) {
            case START_VM -> vm(request.getStartVm().getVm());
            case STOP_VM -> vmId(request.getStopVm().getVmId());
            case SHUTDOWN_VM -> vmId(request.getShutdownVm().getVmId());
            case REBOOT_VM -> vmId(request.getRebootVm().getVmId());
            case RESET_VM -> vmId(request.getResetVm().getVmId());
            case PAUSE_VM -> vmId(request.getPauseVm().getVmId());
            case RESUME_VM -> vmId(request.getResumeVm().getVmId());
            case SUSPEND_VM -> {
                domain(request.getSuspendVm().getStorageDomain());
                yield vmId(request.getSuspendVm().getVmId());
            }
            case GROW_VM -> {
                var grow = request.getGrowVm();
                Rules.within("Memory", grow.getMemoryBytes(), 0, 64 * TIB);
                Rules.within("The number of vCPUs", grow.getVcpus(), 0, 1024);
                if (grow.getMemoryBytes() % MIB != 0) {
                    throw CommandFailure.invalid("Memory is " + grow.getMemoryBytes() + " bytes; give whole MiB");
                }
                yield vmId(grow.getVmId());
            }
            case DELETE_SAVED_STATE -> {
                domain(request.getDeleteSavedState().getStorageDomain());
                yield vmId(request.getDeleteSavedState().getVmId());
            }
            case MIGRATE_VM -> {
                var migrate = request.getMigrateVm();
                Rules.address("The target's address", migrate.getTargetAddress());
                migrate.getNetworksList().forEach(CommandRules::network);
                var policy = migrate.getPolicy();
                Rules.within("The bandwidth", policy.getBandwidthBytesPerSecond(), 0, TIB);
                Rules.within("The number of parallel connections", policy.getParallelConnections(), 0, 255);
                Rules.within("The downtime in seconds", policy.getMaxDowntime().getSeconds(), 0, 3600);
                Rules.within("The number of longer downtimes", policy.getLongerDowntimesCount(), 0, 32);
                policy.getLongerDowntimesList()
                        .forEach(longer -> Rules.within("The downtime in seconds", longer.getSeconds(), 0, 3600));
                Rules.within("The number of pinned vCPUs", migrate.getPinsCount(), 0, 1024);
                migrate.getPinsList().forEach(pin -> Rules.cpuSet("Host CPUs of a vCPU", pin.getHostCpus()));
                Rules.within("The number of NUMA nodes", migrate.getHostNodesCount(), 0, 64);
                migrate.getHostNodesList().forEach(node -> Rules.cpuSet("Host nodes of a NUMA cell", node));
                yield vmId(migrate.getVmId());
            }
            case ABORT_MIGRATION -> vmId(request.getAbortMigration().getVmId());
            case QUERY_VM -> vmId(request.getQueryVm().getVmId());
            case CREATE_DISK -> disk(request.getCreateDisk());
            case DELETE_DISK -> {
                domain(request.getDeleteDisk().getStorageDomain());
                yield Rules.uuid("The disk's id", request.getDeleteDisk().getDiskId());
            }
            case INSPECT_STORAGE -> domain(request.getInspectStorage().getStorageDomain());
            case ENSURE_NETWORK -> network(request.getEnsureNetwork().getNetwork());
            case REMOVE_NETWORK -> network(request.getRemoveNetwork().getNetwork());
            case POWER_CONTROL -> request.getPowerControl().getAgent().getAddress();
            case PROBE_HOST -> {
                var probe = request.getProbeHost();
                Rules.address("The other host's address", probe.getAddress());
                Rules.within("The other host's port", probe.getPort(), 1, 65_535);
                yield Rules.uuid("The other host's id", probe.getHostId());
            }
            case UPGRADE_HOST -> "host";
            case JOIN_LOCKSPACE -> {
                leaseId(request.getJoinLockspace().getLeaseId());
                yield shared("A lockspace", request.getJoinLockspace().getStorageDomain());
            }
            case LEAVE_LOCKSPACE -> {
                leaseId(request.getLeaveLockspace().getLeaseId());
                yield shared("A lockspace", request.getLeaveLockspace().getStorageDomain());
            }
            case INSPECT_LOCKSPACE -> {
                var inspect = request.getInspectLockspace();
                Rules.within("The number of host ids", inspect.getLeaseIdsCount(), 1, 100);
                inspect.getLeaseIdsList().forEach(CommandRules::leaseId);
                yield shared("A lockspace", inspect.getStorageDomain());
            }
            case CREATE_LEASE -> {
                shared("A lease", request.getCreateLease().getStorageDomain());
                yield vmId(request.getCreateLease().getVmId());
            }
            case DELETE_LEASE -> {
                shared("A lease", request.getDeleteLease().getStorageDomain());
                yield vmId(request.getDeleteLease().getVmId());
            }
            case RELEASE_LEASE -> {
                leaseId(request.getReleaseLease().getHolderLeaseId());
                shared("A lease", request.getReleaseLease().getStorageDomain());
                yield vmId(request.getReleaseLease().getVmId());
            }
            case COMMAND_NOT_SET ->
                throw CommandFailure.invalid(
                        "The request has no command that protocol 1 of this agent knows; upgrade the agent");
        };
    }

    public static String domain(StorageDomainRef domain) {
        Rules.folder(domain.getPath());
        switch (domain.getKind()) {
            case STORAGE_KIND_SHARED_FOLDER, STORAGE_KIND_LOCAL_FOLDER -> {}
            case STORAGE_KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw CommandFailure.invalid(
                        "The storage domain's kind is " + domain.getKindValue() + ", which this agent does not know");
        }
        return Rules.uuid("The storage domain's id", domain.getStorageDomainId());
    }

    public static void format(DiskFormat format, int number) {
        switch (format) {
            case DISK_FORMAT_QCOW2, DISK_FORMAT_RAW -> {}
            case DISK_FORMAT_UNSPECIFIED, UNRECOGNIZED ->
                throw CommandFailure.invalid(
                        "The disk's format is " + number + ", which this agent does not know; give qcow2 or raw");
        }
    }

    private static String shared(String what, StorageDomainRef domain) {
        String id = domain(domain);
        if (!shared(domain)) {
            throw CommandFailure.invalid(what + " needs storage that several hosts share, not a local folder");
        }
        return id;
    }

    private static void leaseId(int id) {
        Rules.within("The host's id in the lockspace", id, 1, 2000);
    }

    private static String vmId(String id) {
        return Rules.uuid("The VM's id", id);
    }

    private static String disk(CreateDisk disk) {
        domain(disk.getStorageDomain());
        format(disk.getFormat(), disk.getFormatValue());
        switch (disk.getSourceCase()) {
            case BACKING -> {
                source(disk.getBacking());
                if (disk.getFormat() != DiskFormat.DISK_FORMAT_QCOW2) {
                    throw CommandFailure.invalid("A linked clone must be qcow2, not raw; make a full copy instead");
                }
                if (!disk.getBacking().getStorageDomain().equals(disk.getStorageDomain())) {
                    throw CommandFailure.invalid(
                            "A linked clone must lie in the storage domain of its backing disk; make a full copy instead");
                }
            }
            case COPY_OF -> source(disk.getCopyOf());
            case SOURCE_NOT_SET -> {}
        }
        Rules.within("The disk's size", disk.getSizeBytes(), MIB, 64 * TIB);
        return Rules.uuid("The disk's id", disk.getDiskId());
    }

    private static void source(DiskRef source) {
        Rules.uuid("The source disk's id", source.getDiskId());
        domain(source.getStorageDomain());
        format(source.getFormat(), source.getFormatValue());
    }

    public static String network(NetworkRef network) {
        Rules.bridge(network.getBridge());
        if (network.getKind() == NetworkKind.NETWORK_KIND_NAT) {
            Subnet.parse(network.getSubnet());
        } else if (network.getKind() != NetworkKind.NETWORK_KIND_BRIDGE) {
            throw CommandFailure.invalid(
                    "The network's kind is " + network.getKindValue() + ", which this agent does not know");
        }
        return Rules.uuid("The network's id", network.getNetworkId());
    }

    private static String vm(VmSpec vm) {
        Rules.vmName(vm.getName());
        var cpu = vm.getCpu();
        Rules.within("CPU sockets", cpu.getSockets(), 1, 1024);
        Rules.within("Cores per socket", cpu.getCoresPerSocket(), 1, 256);
        Rules.within("Threads per core", cpu.getThreadsPerCore(), 1, 8);
        int vcpus = cpu.getSockets() * cpu.getCoresPerSocket() * cpu.getThreadsPerCore();
        Rules.within("The number of vCPUs", vcpus, 1, 1024);
        Rules.within("CPU sockets while it runs", cpu.getMaxSockets(), 0, 1024 / (vcpus / cpu.getSockets()));
        Rules.within("CPU shares", cpu.getShares(), 0, 10_000);
        Rules.within("The frequency of the time stamp counter", cpu.getTscHertz(), 0, 100_000_000_000L);
        if (!vm.getMachine().isEmpty()) {
            Rules.machine(vm.getMachine());
        }
        if (cpu.getMode() == CpuMode.CPU_MODE_CUSTOM) {
            Rules.cpuModel(cpu.getModel());
        }
        cpu.getPinsList().forEach(pin -> {
            Rules.within("A pinned vCPU", pin.getVcpu(), 0, vcpus - 1L);
            Rules.cpuSet("Its host CPUs", pin.getHostCpus());
        });
        var memory = vm.getMemory();
        Rules.within("Memory", memory.getSizeBytes(), 16 * MIB, 64 * TIB);
        Rules.within("Guaranteed memory", memory.getGuaranteedBytes(), 0, memory.getSizeBytes());
        Rules.within("Memory while it runs", memory.getMaxBytes(), 0, 64 * TIB);
        if (memory.getMaxBytes() > memory.getSizeBytes() && memory.getNumaCellsCount() > 0) {
            throw CommandFailure.invalid("The VM has NUMA cells, whose memory does not grow; leave max_bytes out");
        }
        Rules.within("Huge page size", memory.getHugepageBytes(), 0, 16L << 30);
        memory.getNumaCellsList().forEach(cell -> {
            Rules.cpuSet("vCPUs of a NUMA cell", cell.getVcpus());
            Rules.within("Memory of a NUMA cell", cell.getSizeBytes(), MIB, 64 * TIB);
            if (!cell.getHostNodes().isEmpty()) {
                Rules.cpuSet("Host nodes of a NUMA cell", cell.getHostNodes());
            }
        });
        Rules.within("The number of disks", vm.getDisksCount(), 0, 64);
        Rules.within("The number of NICs", vm.getNicsCount(), 0, 16);
        Set<String> seen = new HashSet<>();
        vm.getDisksList().forEach(disk -> {
            Rules.uuid("A disk's id", disk.getDiskId());
            domain(disk.getStorageDomain());
            format(disk.getFormat(), disk.getFormatValue());
            Rules.within("Boot order", disk.getBootOrder(), 0, 100);
            unique(seen, disk.getDiskId());
        });
        vm.getNicsList().forEach(nic -> {
            Rules.uuid("A NIC's id", nic.getNicId());
            Rules.mac(nic.getMac());
            network(nic.getNetwork());
            unique(seen, nic.getNicId());
        });
        Rules.within(
                "Cloud-init user data in characters",
                vm.getCloudInit().getUserData().length(),
                0,
                MIB);
        if (vm.hasLeaseDomain()) {
            shared("A lease", vm.getLeaseDomain());
        }
        Rules.within("The revision", vm.getRevision(), 0, Long.MAX_VALUE);
        return vmId(vm.getVmId());
    }

    private static void unique(Set<String> seen, String id) {
        if (!seen.add(id)) {
            throw CommandFailure.invalid("The VM names " + id + " twice");
        }
    }

    /** True where the path stands for the same folder on every host. */
    public static boolean shared(StorageDomainRef domain) {
        return domain.getKind() == StorageKind.STORAGE_KIND_SHARED_FOLDER;
    }
}
