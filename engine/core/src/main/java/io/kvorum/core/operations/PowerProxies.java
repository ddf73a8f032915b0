package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.lifecycle.HostState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The hosts that reach another one's BMC on behalf of the engine. */
final class PowerProxies {

    private static final int MAX_PROXIES = 2;

    private PowerProxies() {}

    /** Hosts that are up: of the same cluster first, then of the data center. */
    static List<Host> of(Inventory inventory, Host subject) {
        UUID cluster = subject.spec().clusterId();
        Optional<UUID> dataCenter = inventory.cluster(cluster).map(Cluster::dataCenterId);
        return inventory.hosts().stream()
                .filter(host -> !host.id().equals(subject.id()) && host.state() == HostState.UP)
                .filter(host -> inventory
                        .cluster(host.spec().clusterId())
                        .map(Cluster::dataCenterId)
                        .equals(dataCenter))
                .sorted(Comparator.<Host, Boolean>comparing(
                                host -> !host.spec().clusterId().equals(cluster))
                        .thenComparing(Host::name))
                .limit(MAX_PROXIES)
                .toList();
    }
}
