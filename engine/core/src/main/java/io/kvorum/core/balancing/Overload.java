package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.HostPressure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Which hosts have been above a threshold for long enough, and which report what cannot be true. */
final class Overload {

    private static final Duration BETWEEN_FLAGS = Duration.ofMinutes(10);

    private final HostLoads loads;
    private final Map<UUID, Long> sinceNanos = new HashMap<>();
    private final Set<UUID> pressedHosts = new HashSet<>();
    private final Set<UUID> flawed = new HashSet<>();
    private final Map<UUID, Long> flaggedNanos = new HashMap<>();

    Overload(HostLoads loads) {
        this.loads = loads;
    }

    /** Looks at the cluster's hosts; to be asked regularly. Returns why some must be relieved, in words. */
    Optional<String> observe(Turn turn, Cluster cluster) {
        List<Host> hosts = turn.inventory().hostsOf(cluster.id());
        hosts.forEach(host -> flag(turn, host));
        Set<UUID> pressed = HostPressure.relievable(
                loads, cluster, hosts.stream().filter(host -> known(turn, host)).toList());
        Map<Cause, List<String>> names = new EnumMap<>(Cause.class);
        for (Host host : hosts) {
            Optional<Cause> cause =
                    known(turn, host) ? cause(cluster, host, pressed.contains(host.id())) : Optional.empty();
            pressedHosts.remove(host.id());
            if (cause.filter(each -> each == Cause.PRESSURE).isPresent()) {
                pressedHosts.add(host.id());
            }
            if (cause.isEmpty()) {
                sinceNanos.remove(host.id());
            } else if (overFor(turn, host) >= needed(cluster).toNanos()) {
                names.computeIfAbsent(cause.get(), each -> new ArrayList<>()).add(host.name());
            }
        }
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(names.entrySet().stream()
                                .map(entry ->
                                        String.join(", ", entry.getValue()) + " " + words(cluster, entry.getKey()))
                                .collect(Collectors.joining("; "))
                        + " for " + cluster.scheduling().cpuOverCommitDurationMinutes() + " min");
    }

    private boolean known(Turn turn, Host host) {
        return host.state() == HostState.UP && loads.hostFresh(host.id(), turn.nanos());
    }

    /** There is a plan to relieve hosts. Pressure is a mean of the past: what comes of the plan is seen only later. */
    void planned(Turn turn, Cluster cluster) {
        for (Host host : turn.inventory().hostsOf(cluster.id())) {
            if (pressedHosts.contains(host.id())) {
                sinceNanos.put(host.id(), turn.nanos());
            }
        }
    }

    /** What a host has too much of. */
    private enum Cause {
        LOAD,
        IO,
        PRESSURE
    }

    private Optional<Cause> cause(Cluster cluster, Host host, boolean pressed) {
        boolean load =
                loads.hostCpu(host.id()).orElse(0) * 100 > cluster.scheduling().highUtilizationPercent()
                        || loads.hostMemoryBytes(host.id()) * 100
                                > (double) cluster.balancing().memoryHighPercent()
                                        * host.facts().memoryBytes();
        if (load) {
            return Optional.of(Cause.LOAD);
        }
        if (IoUse.of(loads, cluster, host.id()).high(cluster)) {
            return Optional.of(Cause.IO);
        }
        return pressed ? Optional.of(Cause.PRESSURE) : Optional.empty();
    }

    private static String words(Cluster cluster, Cause cause) {
        BalancingPolicy policy = cluster.balancing();
        return switch (cause) {
            case LOAD ->
                "used more than " + cluster.scheduling().highUtilizationPercent() + " % of CPU or "
                        + policy.memoryHighPercent() + " % of memory";
            case IO ->
                "used more than " + policy.io().diskHighPercent() + " % of what its disks carry or "
                        + policy.io().networkHighPercent() + " % of its network";
            case PRESSURE ->
                "had VMs that wait for CPUs (pressure over "
                        + policy.pressure().cpuPressureHighPercent() + " % or efficiency below "
                        + policy.pressure().efficiencyLowPercent() + " %)";
        };
    }

    private static Duration needed(Cluster cluster) {
        return Duration.ofMinutes(cluster.scheduling().cpuOverCommitDurationMinutes());
    }

    private long overFor(Turn turn, Host host) {
        return turn.nanos() - sinceNanos.computeIfAbsent(host.id(), id -> turn.nanos());
    }

    /** Once while it lasts, and not more often than {@link #BETWEEN_FLAGS} where it comes and goes. */
    private void flag(Turn turn, Host host) {
        Optional<String> flaw = loads.absurdity(host.id())
                .map(words -> words + ". It is left out of balancing until its reports make sense.")
                .or(() -> loads.doubt(host.id())
                        .map(words -> words + ". That figure does not count until it makes sense; the others do."));
        if (flaw.isEmpty()) {
            flawed.remove(host.id());
            return;
        }
        Long last = flaggedNanos.get(host.id());
        boolean due = last == null || turn.nanos() - last >= BETWEEN_FLAGS.toNanos();
        if (due && flawed.add(host.id())) {
            flaggedNanos.put(host.id(), turn.nanos());
            turn.log(
                    Severity.WARNING,
                    "host.statistics_absurd",
                    "Host " + host.name() + " reports what cannot be true: " + flaw.get(),
                    host.subject());
        }
    }

    void forget(UUID hostId) {
        sinceNanos.remove(hostId);
        pressedHosts.remove(hostId);
        flawed.remove(hostId);
        flaggedNanos.remove(hostId);
    }
}
