package io.kvorum.core.balancing;

import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.HostSleep;
import io.kvorum.core.scheduling.HostLoads;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Whether a cluster can do without a host that is empty, or would be.
 *
 * <ol>
 *   <li>The host itself may be switched off: {@link HostSleep#objection}, nothing holds it, and it sees no guests at all.
 *   <li>Nobody waits for a host, and its certificate lasts.
 *   <li>A host of the cluster stays on, and two of the data center: somebody must be there to switch on, or fence, the others.
 *   <li>HostsInReserve empty hosts stay on.
 *   <li>What VMs are expected to ask for stays below HighUtilization of what is on.
 *   <li>No VM that would be restarted after a failure of hosts would not be any more.
 * </ol>
 */
final class SwitchOffRules {

    /** In a data center. */
    static final int LEFT_ON = 2;

    private static final Duration RENEWAL = Duration.ofDays(1);

    private final HostLoads loads;
    private final Demands demands;
    private final Function<UUID, Optional<String>> notEmpty;

    /** @param notEmpty why it is not certain that a host runs no guest, in words */
    SwitchOffRules(HostLoads loads, Demands demands, Function<UUID, Optional<String>> notEmpty) {
        this.loads = loads;
        this.demands = demands;
        this.notEmpty = notEmpty;
    }

    /** Why it is not to be switched off as things are now, in words. */
    Optional<String> objection(Turn turn, Cluster cluster, Host host) {
        return HostSleep.objection(turn.inventory(), host).or(() -> candidate(turn, cluster, host));
    }

    /**
     * The same of what hosts tell: their guests, and how busy they are. What they told before its last VM left it is not the
     * last word.
     */
    Optional<String> toldObjection(Turn turn, Cluster cluster, Host host) {
        return notEmpty.apply(host.id())
                .or(() -> needed(turn, cluster, host, FailoverProof.whatIf(turn.inventory(), cluster), 0, 0));
    }

    /** The same, but for what is on it. */
    Optional<String> candidate(Turn turn, Cluster cluster, Host host) {
        if (!cluster.switchesHostsOff()) {
            return Optional.of("Hosts of cluster " + cluster.name() + " are not switched off any more.");
        }
        if (turn.inventory().locked(Kind.HOST, host.id())) {
            return Optional.of("An operation has it to itself.");
        }
        if (certificateEnds(turn, host)) {
            return Optional.of("Its certificate has to be renewed first.");
        }
        boolean waitedFor = turn.inventory().operations().stream().anyMatch(HostSleep::waitedFor);
        return waitedFor ? Optional.of("VMs wait for hosts.") : HostSleep.unfit(turn.inventory(), host);
    }

    /** Whether its certificate would soon be over: it can renew it only while it is on. */
    static boolean certificateEnds(Turn turn, Host host) {
        Instant end = host.status().certificateExpiresAt();
        return end != null && end.isBefore(turn.instant().plus(RENEWAL));
    }

    /**
     * Why the cluster needs it.
     *
     * @param supposed the cluster as it would be: the host empty, and those down that are switched off before it
     * @param off how many of them
     * @param offCpus what they have
     */
    Optional<String> needed(Turn turn, Cluster cluster, Host host, Inventory supposed, int off, double offCpus) {
        List<Host> on = supposed.hostsOf(cluster.id()).stream()
                .filter(other -> other.state() == HostState.UP)
                .toList();
        if (on.size() <= 1) {
            return Optional.of("It is the last one of cluster " + cluster.name() + " that is on.");
        }
        if (onInDataCenter(turn.inventory(), cluster) - off <= LEFT_ON) {
            return Optional.of("Two hosts of a data center stay on, so that one can switch the power of the others.");
        }
        long empty =
                on.stream().filter(other -> supposed.vmCount(other.id()) == 0).count();
        if (empty <= cluster.powerSaving().hostsInReserve()) {
            return Optional.of("It is kept in reserve.");
        }
        double less = -offCpus - host.facts().cpuThreads();
        if (!ExpectedDemand.of(turn, cluster, loads, demands)
                .metBy(less, cluster.scheduling().highUtilizationPercent())) {
            return Optional.of("What VMs are expected to ask for needs it.");
        }
        return keptForFailures(cluster, host, supposed);
    }

    static long onInDataCenter(Inventory inventory, Cluster cluster) {
        return inventory.hosts().stream()
                .filter(host -> host.state() == HostState.UP)
                .filter(host -> inventory
                        .cluster(host.spec().clusterId())
                        .filter(other -> other.dataCenterId().equals(cluster.dataCenterId()))
                        .isPresent())
                .count();
    }

    private Optional<String> keptForFailures(Cluster cluster, Host host, Inventory supposed) {
        if (cluster.admission().mode() == AdmissionMode.OFF) {
            return Optional.empty();
        }
        int before = shortfalls(supposed, cluster);
        supposed.put(host.to(HostState.DOWN, null), Instant.EPOCH);
        int after = shortfalls(supposed, cluster);
        supposed.put(host, Instant.EPOCH);
        return after > before
                ? Optional.of("Without it VMs could not be restarted if hosts failed.")
                : Optional.empty();
    }

    private int shortfalls(Inventory supposed, Cluster cluster) {
        return FailoverProof.of(supposed, loads, cluster, cluster.admission().hostFailures(), null)
                .shortfalls()
                .size();
    }
}
