package io.kvorum.core.scheduling;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.controller.Event.VmLoad;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Measured use of hosts and VMs, smoothed so that one report does not decide. CPU is a share, 0 to 1. A report that
 * cannot be true is not taken, and its host is under suspicion until the next one that can.
 */
public final class HostLoads {

    /** Weight of the newest report in the exponential average. */
    private static final double NEWEST = 0.5;

    /** Accounting of CPU time is not exact. */
    private static final double FULL = 1.05;

    /** Hosts report every 15 s; what is older than some reports is no news. */
    private static final Duration FRESH = Duration.ofSeconds(75);

    private static final long MOST_MEMORY_BYTES = 1L << 50;

    /** Smoothed; {@code nanos} is when the last report came. */
    private record Load(double cpu, double memoryBytes, long nanos) {

        Load and(double newCpu, double newMemory, long now) {
            return new Load(cpu * (1 - NEWEST) + newCpu * NEWEST, memoryBytes * (1 - NEWEST) + newMemory * NEWEST, now);
        }
    }

    /** What VMs used of a host when it reported: CPU as a share of the host's. */
    public record VmsUse(double cpu, double memoryBytes) {}

    private final Map<UUID, Load> hosts = new HashMap<>();
    private final Map<UUID, Load> vms = new HashMap<>();
    private final Map<UUID, Load> own = new HashMap<>();
    private final Map<UUID, Long> swapped = new HashMap<>();
    private final Map<UUID, String> absurd = new HashMap<>();

    /** Takes a report that came now, or nothing of it if any part of it cannot be true. */
    public void report(UUID hostId, HostLoad load, long nowNanos) {
        Optional<String> flaw = flaw(load);
        if (flaw.isPresent()) {
            absurd.put(hostId, flaw.get());
            return;
        }
        absurd.remove(hostId);
        record(hosts, hostId, load.cpuUsage(), load.memoryUsedBytes(), nowNanos);
        SwapUse swap = load.swap();
        if (swap == null) {
            swapped.remove(hostId);
        } else {
            swapped.put(hostId, swap.usedBytes());
        }
        for (VmLoad vm : load.vms()) {
            record(vms, vm.vmId(), vm.cpuUsage(), vm.memoryUsedBytes(), nowNanos);
        }
    }

    /**
     * What VMs used of the host in the report that it has just made. What is left is its own, and stays there when they
     * move: so a load is never counted on two hosts, however old the reports are.
     */
    public void reportVms(UUID hostId, HostLoad load, VmsUse use, long nowNanos) {
        if (hostFresh(hostId, nowNanos)) {
            record(
                    own,
                    hostId,
                    Math.max(0, load.cpuUsage() - use.cpu()),
                    (long) Math.max(0, load.memoryUsedBytes() - use.memoryBytes()),
                    nowNanos);
        }
    }

    private static Optional<String> flaw(HostLoad load) {
        if (!possible(load.cpuUsage(), load.memoryUsedBytes())) {
            return Optional.of("CPU use " + load.cpuUsage() + ", memory in use " + load.memoryUsedBytes() + " bytes");
        }
        SwapUse swap = load.swap();
        if (swap != null
                && (swap.usedBytes() < 0
                        || swap.usedBytes() > swap.totalBytes()
                        || swap.totalBytes() > MOST_MEMORY_BYTES)) {
            return Optional.of("swap in use " + swap.usedBytes() + " of " + swap.totalBytes() + " bytes");
        }
        return load.vms().stream()
                .filter(vm -> !possible(vm.cpuUsage(), vm.memoryUsedBytes()))
                .findFirst()
                .map(vm -> "for VM " + vm.vmId() + " CPU use " + vm.cpuUsage() + ", memory in use "
                        + vm.memoryUsedBytes() + " bytes");
    }

    private static boolean possible(double cpu, long memoryBytes) {
        return cpu >= 0 && cpu <= FULL && memoryBytes >= 0 && memoryBytes <= MOST_MEMORY_BYTES;
    }

    /** Forgets a host that is not there any more. */
    public void forget(UUID hostId) {
        hosts.remove(hostId);
        own.remove(hostId);
        swapped.remove(hostId);
        absurd.remove(hostId);
    }

    /** What could not be true in the last report of the host. */
    public Optional<String> absurdity(UUID hostId) {
        return Optional.ofNullable(absurd.get(hostId));
    }

    public OptionalDouble hostCpu(UUID hostId) {
        return cpu(hosts.get(hostId));
    }

    /** What the host used of its CPUs beside VMs; 0 if that is not known. */
    public double hostOwnCpu(UUID hostId) {
        Load load = own.get(hostId);
        return load == null ? 0 : load.cpu();
    }

    /** What the host used of its memory beside VMs; 0 if that is not known. */
    public double hostOwnMemoryBytes(UUID hostId) {
        Load load = own.get(hostId);
        return load == null ? 0 : load.memoryBytes();
    }

    /** What the host had swapped out when it last reported; 0 if it did not tell. */
    public long hostSwapBytes(UUID hostId) {
        return swapped.getOrDefault(hostId, 0L);
    }

    /** Of the VM's own vCPUs. */
    public OptionalDouble vmCpu(UUID vmId) {
        return cpu(vms.get(vmId));
    }

    /** Whether the host has reported of late, and nothing absurd. */
    public boolean hostFresh(UUID hostId, long nowNanos) {
        return fresh(hosts.get(hostId), nowNanos) && !absurd.containsKey(hostId);
    }

    public boolean vmFresh(UUID vmId, long nowNanos) {
        return fresh(vms.get(vmId), nowNanos);
    }

    /** 0 if it was not reported. */
    public double hostMemoryBytes(UUID hostId) {
        Load load = hosts.get(hostId);
        return load == null ? 0 : load.memoryBytes();
    }

    /** 0 if it was not reported. */
    public double vmMemoryBytes(UUID vmId) {
        Load load = vms.get(vmId);
        return load == null ? 0 : load.memoryBytes();
    }

    private static boolean fresh(@Nullable Load load, long nowNanos) {
        return load != null && nowNanos - load.nanos() <= FRESH.toNanos();
    }

    private static OptionalDouble cpu(@Nullable Load load) {
        return load == null ? OptionalDouble.empty() : OptionalDouble.of(load.cpu());
    }

    private static void record(Map<UUID, Load> loads, UUID id, double cpu, long memoryBytes, long nowNanos) {
        Load before = loads.get(id);
        loads.put(id, before == null ? new Load(cpu, memoryBytes, nowNanos) : before.and(cpu, memoryBytes, nowNanos));
    }
}
