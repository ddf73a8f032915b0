package io.kvorum.core.scheduling;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.controller.Event.VmLoad;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Measured use of hosts and VMs, smoothed so that one report does not decide. CPU is a share, 0 to 1. A report that
 * cannot be true is not taken, and its host is under suspicion until the next one that can. What a host may leave out is NaN where
 * it does, and where what it says of it cannot be true ({@link HostSenses}).
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
    private record Load(double cpu, double memoryBytes, long nanos, float waited, float disk, float network) {

        Load and(Load newest) {
            return new Load(
                    mean(cpu, newest.cpu),
                    mean(memoryBytes, newest.memoryBytes),
                    newest.nanos,
                    optional(waited, newest.waited),
                    optional(disk, newest.disk),
                    optional(network, newest.network));
        }

        private static double mean(double old, double now) {
            return old * (1 - NEWEST) + now * NEWEST;
        }

        private static float optional(float old, float now) {
            return Float.isNaN(old) ? now : (float) mean(old, now);
        }
    }

    /**
     * What VMs used of a host when it reported: CPU as a share of the host's.
     *
     * @param cpuWait share of the host's CPUs that they were ready for and did not get; NaN if it is not known of all
     * @param diskBytesPerSecond of those of which it is known
     * @param networkBytesPerSecond likewise
     */
    public record VmsUse(
            double cpu, double memoryBytes, double cpuWait, double diskBytesPerSecond, double networkBytesPerSecond) {

        /** Of which no more is known. */
        public VmsUse(double cpu, double memoryBytes) {
            this(cpu, memoryBytes, Double.NaN, 0, 0);
        }
    }

    private final Map<UUID, Load> hosts = new HashMap<>();
    private final Map<UUID, Load> vms = new HashMap<>();
    private final Map<UUID, Load> own = new HashMap<>();
    private final Map<UUID, Long> swapped = new HashMap<>();
    private final Map<UUID, Load> ofVms = new HashMap<>();
    private final Map<UUID, HostSignals> signals = new HashMap<>();
    private final Map<UUID, String> absurd = new HashMap<>();
    private final Map<UUID, String> doubtful = new HashMap<>();

    /** Takes a report that came now, or nothing of it if any part of it cannot be true. */
    public void report(UUID hostId, HostLoad load, long nowNanos) {
        Optional<String> flaw = flaw(load);
        if (flaw.isPresent()) {
            absurd.put(hostId, flaw.get());
            return;
        }
        absurd.remove(hostId);
        HostSignals told = HostSenses.sensible(load.signals());
        HostSenses.nonsense(load, told)
                .ifPresentOrElse(words -> doubtful.put(hostId, words), () -> doubtful.remove(hostId));
        signals.put(hostId, told);
        record(
                hosts,
                hostId,
                new Load(
                        load.cpuUsage(),
                        load.memoryUsedBytes(),
                        nowNanos,
                        Float.NaN,
                        (float) told.diskBytesPerSecond(),
                        (float) told.networkBytesPerSecond()));
        SwapUse swap = load.swap();
        if (swap == null) {
            swapped.remove(hostId);
        } else {
            swapped.put(hostId, swap.usedBytes());
        }
        for (VmLoad vm : load.vms()) {
            record(
                    vms,
                    vm.vmId(),
                    new Load(
                            vm.cpuUsage(),
                            vm.memoryUsedBytes(),
                            nowNanos,
                            (float) HostSenses.share(vm.cpuWait()),
                            (float) HostSenses.rate(vm.diskBytesPerSecond()),
                            (float) HostSenses.rate(vm.networkBytesPerSecond())));
        }
    }

    /**
     * What VMs used of the host in the report that it has just made. What is left is its own, and stays there when they
     * move: so a load is never counted on two hosts, however old the reports are.
     */
    public void reportVms(UUID hostId, HostLoad load, VmsUse use, long nowNanos) {
        if (hostFresh(hostId, nowNanos)) {
            HostSignals told = HostSenses.sensible(load.signals());
            record(
                    own,
                    hostId,
                    new Load(
                            Math.max(0, load.cpuUsage() - use.cpu()),
                            Math.max(0, load.memoryUsedBytes() - use.memoryBytes()),
                            nowNanos,
                            Float.NaN,
                            (float) Math.max(0, told.diskBytesPerSecond() - use.diskBytesPerSecond()),
                            (float) Math.max(0, told.networkBytesPerSecond() - use.networkBytesPerSecond())));
            record(
                    ofVms,
                    hostId,
                    new Load(use.cpu(), use.memoryBytes(), nowNanos, (float) use.cpuWait(), Float.NaN, Float.NaN));
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
        ofVms.remove(hostId);
        signals.remove(hostId);
        absurd.remove(hostId);
        doubtful.remove(hostId);
    }

    /** What could not be true in the last report of the host. */
    public Optional<String> absurdity(UUID hostId) {
        return Optional.ofNullable(absurd.get(hostId));
    }

    /** What could not be true in the last report of the host, and was left out of it. */
    public Optional<String> doubt(UUID hostId) {
        return Optional.ofNullable(doubtful.get(hostId));
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

    /** What the host told last beside CPU and memory, as it was. */
    public HostSignals signals(UUID hostId) {
        return signals.getOrDefault(hostId, HostSignals.NONE);
    }

    /** Bytes a second, read and written; NaN if it is not known. */
    public double hostDisk(UUID hostId) {
        return optional(hosts.get(hostId), Load::disk);
    }

    /** Bytes a second in the busier direction; NaN if it is not known. */
    public double hostNetwork(UUID hostId) {
        return optional(hosts.get(hostId), Load::network);
    }

    /** {@link #hostNetwork} of what the host's links carry; NaN if either is not known. */
    public double hostNetworkShare(UUID hostId) {
        return hostNetwork(hostId) / signals(hostId).networkLinkBytesPerSecond();
    }

    /** Of {@link #hostDisk}, what is not its VMs'; NaN if it is not known. */
    public double hostOwnDisk(UUID hostId) {
        return optional(own.get(hostId), Load::disk);
    }

    /** Of {@link #hostNetwork}, what is not its VMs'; NaN if it is not known. */
    public double hostOwnNetwork(UUID hostId) {
        return optional(own.get(hostId), Load::network);
    }

    /** Bytes a second, read and written; NaN if it is not known. */
    public double vmDisk(UUID vmId) {
        return optional(vms.get(vmId), Load::disk);
    }

    /** Bytes a second in the busier direction; NaN if it is not known. */
    public double vmNetwork(UUID vmId) {
        return optional(vms.get(vmId), Load::network);
    }

    /** Share of its vCPUs' time in which they were ready and had no CPU; NaN if it is not known. */
    public double vmWait(UUID vmId) {
        return optional(vms.get(vmId), Load::waited);
    }

    /** Of the CPU time that the host's VMs asked for, the share that they got, 0 to 1; NaN if it is not known. */
    public double hostEfficiency(UUID hostId) {
        Load load = ofVms.get(hostId);
        return load == null ? Double.NaN : Efficiency.of(load.cpu(), load.waited());
    }

    private static double optional(@Nullable Load load, ToDoubleFunction<Load> figure) {
        return load == null ? Double.NaN : figure.applyAsDouble(load);
    }

    private static boolean fresh(@Nullable Load load, long nowNanos) {
        return load != null && nowNanos - load.nanos() <= FRESH.toNanos();
    }

    private static OptionalDouble cpu(@Nullable Load load) {
        return load == null ? OptionalDouble.empty() : OptionalDouble.of(load.cpu());
    }

    private static void record(Map<UUID, Load> loads, UUID id, Load newest) {
        Load before = loads.get(id);
        loads.put(id, before == null ? newest : before.and(newest));
    }
}
