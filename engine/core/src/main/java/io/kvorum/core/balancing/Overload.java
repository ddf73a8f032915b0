package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.HostLoads;
import java.time.Duration;
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
    private final Set<UUID> flawed = new HashSet<>();
    private final Map<UUID, Long> flaggedNanos = new HashMap<>();

    Overload(HostLoads loads) {
        this.loads = loads;
    }

    /** Looks at the cluster's hosts; to be asked regularly. Returns why some must be relieved, in words. */
    Optional<String> observe(Turn turn, Cluster cluster) {
        List<Host> hosts = turn.inventory().hostsOf(cluster.id());
        hosts.forEach(host -> flag(turn, host));
        long needed = Duration.ofMinutes(cluster.scheduling().cpuOverCommitDurationMinutes())
                .toNanos();
        String names = hosts.stream()
                .filter(host -> overFor(turn, cluster, host) >= needed)
                .map(Host::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(names + " used more than "
                        + cluster.scheduling().highUtilizationPercent() + " % of CPU or "
                        + cluster.balancing().memoryHighPercent() + " % of memory for "
                        + cluster.scheduling().cpuOverCommitDurationMinutes() + " min");
    }

    /** Nanoseconds; negative if it is not. */
    private long overFor(Turn turn, Cluster cluster, Host host) {
        boolean known = host.state() == HostState.UP && loads.hostFresh(host.id(), turn.nanos());
        boolean over = known
                && (loads.hostCpu(host.id()).orElse(0) * 100
                                > cluster.scheduling().highUtilizationPercent()
                        || loads.hostMemoryBytes(host.id()) * 100
                                > (double) cluster.balancing().memoryHighPercent()
                                        * host.facts().memoryBytes());
        if (!over) {
            sinceNanos.remove(host.id());
            return -1;
        }
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
        flawed.remove(hostId);
        flaggedNanos.remove(hostId);
    }
}
