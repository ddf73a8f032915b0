package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.HostLoads;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Which hosts have had little to do for long enough. One that has just been woken was woken for a reason, and stays on for a while. */
final class Idleness {

    private static final Duration AWAKE_AT_LEAST = Duration.ofMinutes(10);

    private final HostLoads loads;
    private final Map<UUID, Long> idleSinceNanos = new HashMap<>();
    private final Set<UUID> asleep = new HashSet<>();
    private final Map<UUID, Long> wokenNanos = new HashMap<>();

    Idleness(HostLoads loads) {
        this.loads = loads;
    }

    /** Looks at the cluster's hosts; to be called regularly. */
    void observe(Turn turn, Cluster cluster) {
        for (Host host : turn.inventory().hostsOf(cluster.id())) {
            if (host.sleeps()) {
                asleep.add(host.id());
            } else if (host.state() == HostState.UP && asleep.remove(host.id())) {
                wokenNanos.put(host.id(), turn.nanos());
            }
            if (idleNow(turn, cluster, host)) {
                idleSinceNanos.putIfAbsent(host.id(), turn.nanos());
            } else {
                idleSinceNanos.remove(host.id());
            }
        }
    }

    private boolean idleNow(Turn turn, Cluster cluster, Host host) {
        if (host.state() != HostState.UP || !loads.hostFresh(host.id(), turn.nanos())) {
            return false;
        }
        return turn.inventory().vmCount(host.id()) == 0
                || loads.hostCpu(host.id()).orElse(1) * 100
                                < cluster.powerSaving().lowUtilizationPercent()
                        && IoUse.of(loads, cluster, host.id())
                                .below(cluster.powerSaving().lowUtilizationPercent());
    }

    /** Whether it was idle for CpuOverCommitDurationMinutes. */
    boolean idle(Turn turn, Cluster cluster, UUID hostId) {
        Long since = idleSinceNanos.get(hostId);
        Long woken = wokenNanos.get(hostId);
        long needed = Duration.ofMinutes(cluster.scheduling().cpuOverCommitDurationMinutes())
                .toNanos();
        return since != null
                && turn.nanos() - since >= needed
                && (woken == null || turn.nanos() - woken >= AWAKE_AT_LEAST.toNanos());
    }

    /** It could not be switched off: it is left on for a while. */
    void keepOn(Turn turn, UUID hostId) {
        wokenNanos.put(hostId, turn.nanos());
    }

    void forget(UUID hostId) {
        idleSinceNanos.remove(hostId);
        asleep.remove(hostId);
        wokenNanos.remove(hostId);
    }
}
