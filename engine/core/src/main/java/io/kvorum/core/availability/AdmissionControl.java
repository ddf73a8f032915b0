package io.kvorum.core.availability;

import io.kvorum.core.availability.FailoverProof.Shortfall;
import io.kvorum.core.availability.FailoverProof.Supposed;
import io.kvorum.core.controller.Rota;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.scheduling.HostLoads;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Keeps the room free that a cluster needs when hosts fail, as its policy says. */
public final class AdmissionControl {

    private final HostLoads loads;
    private final Rota rota;
    private final Set<UUID> warned = new HashSet<>();

    /** What a cluster was when its last proof was made: it is not proven again while nothing has changed, but where it was warned about. */
    private final Map<UUID, Long> proven = new HashMap<>();

    /** @param ticks over which the looks at all clusters are spread */
    public AdmissionControl(HostLoads loads, int ticks) {
        this.loads = loads;
        this.rota = new Rota(ticks);
    }

    /** What would not be restarted now. */
    public FailoverProof prove(Inventory inventory, Cluster cluster) {
        return FailoverProof.of(inventory, loads, cluster, cluster.admission().hostFailures(), null);
    }

    /**
     * Why the VM must not be started there, in words; empty if it may. A promise that is broken already is no reason:
     * only what this start would make worse.
     */
    public Optional<String> objection(Inventory inventory, Vm vm, UUID hostId) {
        Cluster cluster = inventory.cluster(vm.spec().clusterId()).orElseThrow();
        if (cluster.admission().mode() != AdmissionMode.ENFORCE) {
            return Optional.empty();
        }
        int failures = cluster.admission().hostFailures();
        List<Shortfall> after = FailoverProof.of(inventory, loads, cluster, failures, new Supposed(vm, hostId))
                .shortfalls();
        if (after.isEmpty()) {
            return Optional.empty();
        }
        List<Shortfall> before =
                FailoverProof.of(inventory, loads, cluster, failures, null).shortfalls();
        return after.size() <= before.size()
                ? Optional.empty()
                : Optional.of("Cluster " + cluster.name() + " shall survive the failure of " + failures
                        + (failures == 1 ? " host" : " hosts") + ". With VM " + vm.name() + " running it would not: "
                        + describe(inventory, after.getLast()) + " Free some room, add a host, or change the"
                        + " cluster's admission policy.");
    }

    private static String describe(Inventory inventory, Shortfall shortfall) {
        List<String> hosts = shortfall.failedHostIds().stream()
                .map(id -> inventory.host(id).map(host -> host.name()).orElse("?"))
                .toList();
        return "if " + String.join(" and ", hosts) + " failed, VM " + shortfall.vmName() + " could not be restarted.";
    }

    /** Looks at the clusters whose turn it is; says what has changed. */
    public void tick(Turn turn) {
        Set<UUID> all = turn.inventory().clusters().stream()
                .map(Cluster::id)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        rota.next(all).forEach(id -> turn.inventory().cluster(id).ifPresent(cluster -> look(turn, cluster)));
    }

    private void look(Turn turn, Cluster cluster) {
        if (cluster.admission().mode() == AdmissionMode.OFF) {
            warned.remove(cluster.id());
            proven.remove(cluster.id());
            return;
        }
        long version = turn.inventory().placementVersion(cluster.id());
        boolean unchanged = Objects.equals(proven.put(cluster.id(), version), version);
        if (unchanged && !warned.contains(cluster.id())) {
            return;
        }
        List<Shortfall> shortfalls = prove(turn.inventory(), cluster).shortfalls();
        if (!shortfalls.isEmpty() && warned.add(cluster.id())) {
            turn.log(
                    Severity.WARNING,
                    "cluster.failover_capacity_short",
                    "Cluster " + cluster.name() + " has not the room to lose "
                            + cluster.admission().hostFailures()
                            + (cluster.admission().hostFailures() == 1 ? " host: " : " hosts: ")
                            + describe(turn.inventory(), shortfalls.getFirst()),
                    cluster.subject());
        } else if (shortfalls.isEmpty() && warned.remove(cluster.id())) {
            turn.log(
                    Severity.INFO,
                    "cluster.failover_capacity_restored",
                    "Cluster " + cluster.name() + " has the room again to lose "
                            + cluster.admission().hostFailures()
                            + (cluster.admission().hostFailures() == 1 ? " host." : " hosts."),
                    cluster.subject());
        }
    }
}
