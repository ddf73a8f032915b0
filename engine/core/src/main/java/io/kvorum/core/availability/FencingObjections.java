package io.kvorum.core.availability;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.lifecycle.HostState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Why a silent host must not, or cannot, be fenced. Counts hosts once for all that it is asked in one look at them. */
final class FencingObjections {

    private record Silence(int silent, int all) {}

    private final BiPredicate<Turn, Host> falling;
    private final Map<UUID, Silence> silences = new HashMap<>();
    private @Nullable Set<UUID> dataCentersWithProxy;

    /** @param falling whether a host that is up was not heard for so long that it may not be */
    FencingObjections(BiPredicate<Turn, Host> falling) {
        this.falling = falling;
    }

    /** What was counted is not true any more. */
    void countAnew() {
        silences.clear();
        dataCentersWithProxy = null;
    }

    /** For people; null if it can be fenced. */
    @Nullable
    String of(Turn turn, Host host, HostWatch watch) {
        Cluster cluster = turn.inventory().cluster(host.spec().clusterId()).orElseThrow();
        if (!cluster.fencing().enabled()) {
            return "Fencing is switched off in cluster " + cluster.name() + ".";
        }
        if (!host.spec().powerManagement().usable()) {
            return "It has no power management. If it is down, confirm that by hand.";
        }
        long graceNanos = cluster.fencing().startingGrace().toNanos();
        if (watch.startingNanos != null && turn.nanos() - watch.startingNanos < graceNanos) {
            return "It was switched on and may still be starting; it is given "
                    + cluster.fencing().startingGrace().toSeconds() + " s.";
        }
        if (!dataCentersWithProxy(turn).contains(cluster.dataCenterId())) {
            return "No other host is up to reach its BMC; more likely the engine is cut off.";
        }
        Silence silence = silences.computeIfAbsent(cluster.id(), id -> silence(turn, id));
        if (silence.silent() * 100L > (long) silence.all() * cluster.fencing().stopWhenSilentPercent()) {
            return silence.silent() + " of " + silence.all() + " hosts of cluster " + cluster.name()
                    + " are silent at once; more likely the network or the engine is at fault.";
        }
        return null;
    }

    private Silence silence(Turn turn, UUID clusterId) {
        int silent = 0;
        int all = 0;
        for (Host other : turn.inventory().hostsOf(clusterId)) {
            if (other.state() != HostState.MAINTENANCE && other.state() != HostState.DOWN) {
                all++;
                silent += other.state().inDoubt() || falling.test(turn, other) ? 1 : 0;
            }
        }
        return new Silence(silent, all);
    }

    private Set<UUID> dataCentersWithProxy(Turn turn) {
        Set<UUID> known = dataCentersWithProxy;
        if (known == null) {
            Set<UUID> found = new HashSet<>();
            for (Host other : turn.inventory().hosts()) {
                if (other.state() == HostState.UP) {
                    turn.inventory()
                            .cluster(other.spec().clusterId())
                            .ifPresent(cluster -> found.add(cluster.dataCenterId()));
                }
            }
            known = found;
            dataCentersWithProxy = known;
        }
        return known;
    }
}
