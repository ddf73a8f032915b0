package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.lifecycle.HostState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Hosts that can do something on behalf of another one. */
public final class NearbyHosts {

    private NearbyHosts() {}

    /**
     * At most so many other hosts that are up and that suit: of the same cluster first, those that follow it by name, then of the other
     * clusters of its data center. Where many hosts of a cluster are asked for at once, not all the work goes to the same few.
     */
    public static List<Host> of(Inventory inventory, Host subject, int most, Predicate<Host> suits) {
        List<Host> nearby = following(inventory, subject.spec().clusterId(), subject, suits);
        if (nearby.size() < most) {
            others(inventory, subject).forEach(cluster -> {
                if (nearby.size() < most) {
                    nearby.addAll(following(inventory, cluster.id(), subject, suits));
                }
            });
        }
        return nearby.stream().limit(most).toList();
    }

    /** The same, whoever is up. */
    public static List<Host> of(Inventory inventory, Host subject, int most) {
        return of(inventory, subject, most, host -> true);
    }

    private static List<Host> following(Inventory inventory, UUID clusterId, Host subject, Predicate<Host> suits) {
        List<Host> up = new ArrayList<>(inventory.hostsOf(clusterId).stream()
                .filter(host -> host.state() == HostState.UP && !host.id().equals(subject.id()))
                .filter(suits)
                .sorted(Comparator.comparing(Host::name))
                .toList());
        long before = up.stream()
                .filter(host -> host.name().compareTo(subject.name()) < 0)
                .count();
        Collections.rotate(up, (int) -before);
        return up;
    }

    private static List<Cluster> others(Inventory inventory, Host subject) {
        Optional<Cluster> own = inventory.cluster(subject.spec().clusterId());
        return inventory.clusters().stream()
                .filter(cluster -> own.isPresent()
                        && cluster.dataCenterId().equals(own.get().dataCenterId())
                        && !cluster.id().equals(own.get().id()))
                .sorted(Comparator.comparing(Cluster::name))
                .toList();
    }
}
