package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Hugepages;
import io.kvorum.core.inventory.InstanceType.Size;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.Explanation.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a VM may look like, and the words for what it may not. */
final class VmRules {

    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    static final Pattern MACHINE = Pattern.compile("q35|pc-q35-[A-Za-z0-9._-]{1,32}");
    static final long MIN_MEMORY_BYTES = 32L << 20;
    static final long MAX_MEMORY_BYTES = 16L << 40;
    static final int MAX_VCPUS = 512;
    static final long MIN_DISK_BYTES = 1L << 20;
    static final long MAX_DISK_BYTES = 64L << 40;
    static final int MAX_DISKS = 64;
    static final int MAX_NICS = 28;
    static final int MAX_NUMA_NODES = 8;
    static final int MAX_NAMED_HOSTS = 64;
    static final int MAX_CLOUD_INIT_CHARS = 64 << 10;
    static final int MAX_DESCRIPTION_CHARS = 4096;

    private VmRules() {}

    /** Every wrong field of a specification; empty for a good one. */
    static List<FieldProblem> check(Inventory inventory, UUID vmId, VmSpec spec) {
        List<FieldProblem> problems = new ArrayList<>();
        checkName(inventory, Kind.VM, vmId, spec.name(), problems);
        checkDescription(spec.description(), problems);
        checkHardware(spec.hardware(), problems);
        InstanceTypeRules.check(inventory, spec, problems);
        Optional<Cluster> cluster = inventory.cluster(spec.clusterId());
        if (cluster.isEmpty()) {
            problems.add(field("clusterId", spec.clusterId(), "There is no such cluster."));
            return problems;
        }
        checkTuning(spec.hardware(), problems);
        checkHosts(inventory, "hosts.only", spec, spec.hosts().only(), problems);
        checkHosts(inventory, "hosts.preferred", spec, spec.hosts().preferred(), problems);
        UUID dataCenter = cluster.get().dataCenterId();
        checkDisks(inventory, spec.disks(), dataCenter, problems);
        checkNics(inventory, spec.nics(), dataCenter, problems);
        RestartRules.check(inventory, vmId, spec, problems);
        if (spec.migrationPolicy() != null) {
            MigrationRules.check(spec.migrationPolicy(), problems);
        }
        LeaseCommands.check(inventory, spec, dataCenter, problems);
        QuotaRules.check(inventory, spec, dataCenter, problems);
        if (spec.cloudInitUserData() != null && spec.cloudInitUserData().length() > MAX_CLOUD_INIT_CHARS) {
            problems.add(field(
                    "cloudInit.userData",
                    spec.cloudInitUserData().length() + " characters",
                    "At most " + MAX_CLOUD_INIT_CHARS + " characters."));
        }
        return problems;
    }

    static void checkName(Inventory inventory, Kind kind, UUID id, String name, List<FieldProblem> problems) {
        if (!NAME.matcher(name).matches()) {
            problems.add(field(
                    "name",
                    name,
                    "Must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit."));
        } else if (inventory.nameTaken(kind, name, id)) {
            problems.add(field("name", name, "Another " + kind.words() + " has this name."));
        }
    }

    static void checkDescription(String description, List<FieldProblem> problems) {
        if (description.length() > MAX_DESCRIPTION_CHARS) {
            problems.add(field(
                    "description",
                    description.length() + " characters",
                    "At most " + MAX_DESCRIPTION_CHARS + " characters."));
        }
    }

    static void checkHardware(Hardware hardware, List<FieldProblem> problems) {
        checkSize("hardware", "hardware.", Size.of(hardware), problems);
        checkMachine("hardware.emulatedMachine", hardware.emulatedMachine(), problems);
        GrowthRules.check(hardware, problems);
    }

    /**
     * Holds a size to its limits.
     *
     * @param whole the field that stands for all of it
     * @param path what precedes the names of its fields
     */
    static void checkSize(String whole, String path, Size size, List<FieldProblem> problems) {
        checkRange(path + "sockets", size.sockets(), 1, MAX_VCPUS, problems);
        checkRange(path + "coresPerSocket", size.coresPerSocket(), 1, MAX_VCPUS, problems);
        checkRange(path + "threadsPerCore", size.threadsPerCore(), 1, 8, problems);
        if (problems.isEmpty() && size.vcpus() > MAX_VCPUS) {
            problems.add(
                    field(whole, size.vcpus() + " virtual CPUs", "At most " + MAX_VCPUS + " virtual CPUs in all."));
        }
        checkRange(path + "memoryBytes", size.memoryBytes(), MIN_MEMORY_BYTES, MAX_MEMORY_BYTES, problems);
        if (size.memoryBytes() % (1 << 20) != 0) {
            problems.add(field(path + "memoryBytes", size.memoryBytes(), "Must be whole MiB (1048576 bytes)."));
        }
        checkRange(path + "guaranteedMemoryBytes", size.guaranteedMemoryBytes(), 0, size.memoryBytes(), problems);
    }

    static void checkMachine(String field, @Nullable String machine, List<FieldProblem> problems) {
        if (machine != null && !MACHINE.matcher(machine).matches()) {
            problems.add(field(
                    field, machine, "Must be q35, or one of its versions as a host names them, such as pc-q35-7.2."));
        }
    }

    private static void checkTuning(Hardware hardware, List<FieldProblem> problems) {
        Tuning tuning = hardware.tuning();
        checkRange("hardware.numaNodes", tuning.numaNodes(), 0, MAX_NUMA_NODES, problems);
        if (tuning.hugepageBytes() != 0
                && tuning.hugepageBytes() != Hugepages.SMALL
                && tuning.hugepageBytes() != Hugepages.LARGE) {
            problems.add(field(
                    "hardware.hugepageBytes",
                    tuning.hugepageBytes(),
                    "Must be 0, " + Hugepages.SMALL + " (2 MiB) or " + Hugepages.LARGE + " (1 GiB)."));
        }
        if (tuning.numaNodes() == 0 && (tuning.dedicatedCpus() || tuning.hugepageBytes() != 0)) {
            problems.add(field(
                    "hardware.numaNodes", 0, "Dedicated CPUs and huge pages need NUMA nodes; 1 is the usual number."));
        }
        if (tuning.numaNodes() > 0 && problems.isEmpty()) {
            long grain = tuning.numaNodes() * Math.max(1L << 20, tuning.hugepageBytes());
            if (hardware.vcpus() % tuning.numaNodes() != 0 || hardware.memoryBytes() % grain != 0) {
                problems.add(field(
                        "hardware.numaNodes",
                        tuning.numaNodes(),
                        hardware.vcpus() + " virtual CPUs and " + hardware.memoryBytes()
                                + " bytes cannot be split evenly over so many nodes, in whole MiB or huge pages."));
            }
        }
    }

    private static void checkHosts(
            Inventory inventory, String path, VmSpec spec, List<UUID> hostIds, List<FieldProblem> problems) {
        if (hostIds.size() > MAX_NAMED_HOSTS) {
            problems.add(field(path, hostIds.size(), "At most " + MAX_NAMED_HOSTS + " hosts."));
            return;
        }
        for (UUID hostId : hostIds) {
            Optional<Host> host = inventory.host(hostId);
            if (host.isEmpty()) {
                problems.add(field(path, hostId, "There is no such host."));
            } else if (!host.get().spec().clusterId().equals(spec.clusterId())) {
                problems.add(field(path, host.get().name(), "It belongs to another cluster than the VM."));
            }
        }
    }

    private static void checkDisks(
            Inventory inventory, List<VmDisk> disks, UUID dataCenter, List<FieldProblem> problems) {
        if (disks.size() > MAX_DISKS) {
            problems.add(field("disks", disks.size(), "At most " + MAX_DISKS + " disks."));
        }
        Set<Integer> bootOrders = new HashSet<>();
        for (int i = 0; i < disks.size(); i++) {
            VmDisk disk = disks.get(i);
            String path = "disks[" + i + "].";
            checkRange(path + "sizeBytes", disk.sizeBytes(), MIN_DISK_BYTES, MAX_DISK_BYTES, problems);
            if (disk.bootOrder() > 0 && !bootOrders.add(disk.bootOrder())) {
                problems.add(field(path + "bootOrder", disk.bootOrder(), "Another disk has it."));
            }
            Optional<StorageDomain> domain = inventory.storageDomain(disk.storageDomainId());
            if (domain.isEmpty()) {
                problems.add(
                        field(path + "storageDomainId", disk.storageDomainId(), "There is no such storage domain."));
            } else if (!domain.get().dataCenterId().equals(dataCenter)) {
                problems.add(field(
                        path + "storageDomainId",
                        domain.get().name(),
                        "It belongs to another data center than the VM's cluster."));
            }
        }
    }

    private static void checkNics(Inventory inventory, List<VmNic> nics, UUID dataCenter, List<FieldProblem> problems) {
        if (nics.size() > MAX_NICS) {
            problems.add(field("nics", nics.size(), "At most " + MAX_NICS + " network cards."));
        }
        for (int i = 0; i < nics.size(); i++) {
            Optional<Network> network = inventory.network(nics.get(i).networkId());
            String path = "nics[" + i + "].networkId";
            if (network.isEmpty()) {
                problems.add(field(path, nics.get(i).networkId(), "There is no such network."));
            } else if (!network.get().dataCenterId().equals(dataCenter)) {
                problems.add(
                        field(path, network.get().name(), "It belongs to another data center than the VM's cluster."));
            }
        }
    }

    static void checkRange(String field, long value, long least, long most, List<FieldProblem> problems) {
        if (value < least || value > most) {
            problems.add(field(field, value, "Must be from " + least + " to " + most + "."));
        }
    }

    static FieldProblem field(String path, Object value, String message) {
        return new FieldProblem(path, String.valueOf(value), message);
    }

    static Problem wrongState(Work work, Vm vm, String done, String needed) {
        String where = vm.hostId() == null ? "" : " on " + work.hostName(vm.hostId());
        return Problem.conflict(
                "VM " + vm.name() + " cannot be " + done + " while it is " + words(vm.state()) + where + "; it must be "
                        + needed + ".",
                vm.subject());
    }

    /** A disk's storage domain that no host could write to. */
    static Optional<Problem> storageNotReady(Inventory inventory, Vm vm) {
        return vm.spec().disks().stream()
                .flatMap(disk -> inventory.storageDomain(disk.storageDomainId()).stream())
                .filter(domain -> domain.state() != StorageState.ACTIVE)
                .findFirst()
                .map(domain -> Problem.conflict(
                        "Storage domain " + domain.name() + " of VM " + vm.name() + " is " + words(domain.state())
                                + ".",
                        domain.subject()));
    }

    /** The summary of a placement with the reason of each host that refused. */
    static String describe(Explanation explanation) {
        return explanation.summary()
                + explanation.hosts().stream()
                        .filter(host -> host.verdict() == Verdict.REFUSED)
                        .limit(10)
                        .map(host -> " " + host.hostName() + ": " + host.filter() + ": " + host.reason())
                        .collect(Collectors.joining());
    }

    static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
