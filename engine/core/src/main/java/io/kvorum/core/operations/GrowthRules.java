package io.kvorum.core.operations;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Hardware.Growth;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.scheduling.Explanation.Refusal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** How a VM may grow while it runs, and the words for how it may not. */
final class GrowthRules {

    /** Guests take memory in blocks of so much. */
    static final long BLOCK_BYTES = 128L << 20;

    private static final String SIZED_SEAT =
            "A VM with hardware.growth must not have it: what it has of its host's NUMA"
                    + " nodes is of one size. Leave one of the two out.";

    private GrowthRules() {}

    static void check(Hardware hardware, List<FieldProblem> problems) {
        Growth growth = hardware.growth();
        if (growth == null) {
            return;
        }
        checkTuning(hardware.tuning(), problems);
        if (growth.maxSockets() != 0) {
            VmRules.checkRange(
                    "hardware.growth.maxSockets",
                    growth.maxSockets(),
                    hardware.sockets(),
                    VmRules.MAX_VCPUS / Math.max(1, hardware.coresPerSocket() * hardware.threadsPerCore()),
                    problems);
        }
        if (growth.maxMemoryBytes() != 0) {
            VmRules.checkRange(
                    "hardware.growth.maxMemoryBytes",
                    growth.maxMemoryBytes(),
                    hardware.memoryBytes(),
                    VmRules.MAX_MEMORY_BYTES,
                    problems);
        }
        if (growth.maxMemoryBytes() > hardware.memoryBytes()) {
            checkBlocks("hardware.growth.maxMemoryBytes", growth.maxMemoryBytes(), problems);
            checkBlocks("hardware.memoryBytes", hardware.memoryBytes(), problems);
        }
    }

    private static void checkTuning(Tuning tuning, List<FieldProblem> problems) {
        if (tuning.numaNodes() != 0) {
            problems.add(VmRules.field("hardware.numaNodes", tuning.numaNodes(), SIZED_SEAT));
        }
        if (tuning.dedicatedCpus()) {
            problems.add(VmRules.field("hardware.dedicatedCpus", true, SIZED_SEAT));
        }
        if (tuning.hugepageBytes() != 0) {
            problems.add(VmRules.field("hardware.hugepageBytes", tuning.hugepageBytes(), SIZED_SEAT));
        }
    }

    private static void checkBlocks(String field, long bytes, List<FieldProblem> problems) {
        if (bytes % BLOCK_BYTES != 0) {
            problems.add(VmRules.field(
                    field,
                    bytes,
                    "Must be a multiple of 128 MiB (" + BLOCK_BYTES
                            + " bytes) where memory grows while the VM runs: guests take it in such blocks."));
        }
    }

    /** Whether the one is the other with more or less of what can grow. */
    static boolean differInSize(Hardware before, Hardware after) {
        boolean otherSize = before.sockets() != after.sockets() || before.memoryBytes() != after.memoryBytes();
        return otherSize
                && after.equals(before.sized(after.sockets(), after.memoryBytes(), after.guaranteedMemoryBytes()));
    }

    /**
     * Why the VM must not be given its new size where it runs now.
     *
     * @param grown the VM as it would be
     */
    static Optional<Problem> objection(Work work, Vm vm, Vm grown) {
        return whatIsAsked(work, vm, grown.spec().hardware())
                .or(() -> unheard(work, vm))
                .or(() -> noRoom(work, vm, grown));
    }

    private static Optional<Problem> whatIsAsked(Work work, Vm vm, Hardware wanted) {
        Hardware now = vm.spec().hardware();
        if (vm.state() != VmState.UP || vm.status().targetHostId() != null) {
            return Optional.of(VmRules.wrongState(work, vm, "given another size", "up, and not on its way, or down"));
        }
        if (wanted.sockets() < now.sockets() || wanted.memoryBytes() < now.memoryBytes()) {
            return Optional.of(Problem.conflict(
                    "VM " + vm.name() + " has " + size(now)
                            + " and runs: it can grow, but it cannot become smaller. Stop" + " it first.",
                    vm.subject()));
        }
        if (now.growth() == null) {
            return Optional.of(Problem.conflict(
                    "VM " + vm.name() + " runs and does not grow: it has no hardware.growth. Stop it, and set that or"
                            + " the new size.",
                    vm.subject()));
        }
        if (wanted.sockets() > now.mostSockets() || wanted.memoryBytes() > now.mostMemoryBytes()) {
            return Optional.of(Problem.conflict(
                    "VM " + vm.name() + " runs and can have " + now.mostSockets() + " sockets and "
                            + (now.mostMemoryBytes() >> 20) + " MiB at most, by its hardware.growth. Stop it to give it"
                            + " more.",
                    vm.subject()));
        }
        return Optional.empty();
    }

    private static Optional<Problem> unheard(Work work, Vm vm) {
        Host host = host(work, vm);
        boolean heard = host.state() == HostState.UP || host.state() == HostState.PREPARING_FOR_MAINTENANCE;
        return heard
                ? Optional.empty()
                : Optional.of(Problem.conflict(
                        "VM " + vm.name() + " can grow once its host is up: host " + host.name() + " is "
                                + VmRules.words(host.state()) + ".",
                        host.subject()));
    }

    private static Optional<Problem> noRoom(Work work, Vm vm, Vm grown) {
        Host host = host(work, vm);
        Optional<Refusal> refusal = work.objectionToGrow(vm, grown);
        if (refusal.isPresent()) {
            return Optional.of(Problem.conflict(
                    "VM " + vm.name() + " cannot grow to " + size(grown.spec().hardware()) + " on host " + host.name()
                            + ", with what it has counted as free. "
                            + refusal.get().filter() + ": "
                            + refusal.get().reason() + " Migrate it to a host with more room first.",
                    host.subject()));
        }
        boolean sameQuota = Objects.equals(vm.spec().quotaId(), grown.spec().quotaId());
        return (sameQuota ? QuotaRules.objectionToGrow(work.inventory(), vm, grown) : Optional.<Problem>empty())
                .or(() -> work.objectionToStart(grown, host).map(Problem::conflict));
    }

    private static Host host(Work work, Vm vm) {
        return work.inventory().host(vm.hostId()).orElseThrow();
    }

    static String size(Hardware hardware) {
        return hardware.vcpus() + " virtual CPUs and " + (hardware.memoryBytes() >> 20) + " MiB";
    }
}
