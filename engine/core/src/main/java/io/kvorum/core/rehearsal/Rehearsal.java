package io.kvorum.core.rehearsal;

import io.kvorum.core.controller.Now;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Plays recorded loads through the balancer of the engine, in simulated time.
 *
 * <ol>
 *   <li>It begins with hosts and VMs as they are now, and asks of each host what its VMs used then, wherever they run in the rehearsal,
 *       beside what the host used for itself.
 *   <li>Every 30 s hosts report, and {@link io.kvorum.core.balancing.Balancer} looks: the very one that balances clusters, with its
 *       thresholds, durations, rests and rules. Plans that would wait for review are approved at once.
 *   <li>Where the settings have a schedule, policies change by it.
 *   <li>What it asks for takes its time ({@link RehearsedHosts}): migrations what they are expected to cost, hosts some minutes to boot.
 *   <li>What comes of it is counted ({@link Tally}).
 * </ol>
 *
 * The same recording, snapshot and settings give the same report.
 */
public final class Rehearsal {

    static final Duration TICK = Duration.ofSeconds(30);

    /** Is told how far it has come, and says whether it goes on. */
    @FunctionalInterface
    public interface Watch {
        boolean goesOn(int percent);
    }

    private Rehearsal() {}

    /**
     * Rehearses settings of a cluster.
     *
     * @param snapshot the cluster, its hosts and VMs, and what the scheduler asks of their surroundings
     * @param settings the cluster with the settings to try
     * @param thresholdPercent a host whose CPU is busier is counted as above the threshold
     * @return empty if the watch said to stop
     */
    public static Optional<RehearsalReport> run(
            List<? extends Entity> snapshot,
            Cluster settings,
            LoadRecording recording,
            int thresholdPercent,
            Watch watch) {
        Inventory inventory = new Inventory(
                snapshot.stream().map(entity -> prepared(entity, settings)).toList());
        long ticks = Math.max(1, recording.length().dividedBy(TICK));
        Tally tally = new Tally(recording.from(), ticks, thresholdPercent);
        RehearsedHosts hosts = new RehearsedHosts(inventory, settings, recording, tally);
        for (long tick = 0; tick < ticks; tick++) {
            if (!watch.goesOn((int) (tick * 100 / ticks))) {
                return Optional.empty();
            }
            Duration elapsed = TICK.multipliedBy(tick);
            Turn turn = new Turn(inventory, new Now(recording.from().plus(elapsed), elapsed.toNanos()));
            hosts.turn(turn, (int) elapsed.dividedBy(recording.step()));
            inventory.drainChanges();
        }
        return Optional.of(tally.report());
    }

    /** What a rehearsal of that cluster needs of an inventory: the VMs on its hosts, and the hosts and clusters of its data center. */
    public static List<Entity> snapshot(Inventory inventory, Cluster cluster) {
        List<Cluster> clusters = inventory.clusters().stream()
                .filter(other -> other.dataCenterId().equals(cluster.dataCenterId()))
                .toList();
        List<Entity> all = new ArrayList<>();
        inventory.dataCenter(cluster.dataCenterId()).ifPresent(all::add);
        all.addAll(clusters);
        all.addAll(inventory.networks());
        all.addAll(inventory.storageDomains());
        all.addAll(inventory.affinityGroups());
        all.addAll(inventory.affinityLabels());
        all.addAll(inventory.schedulingPolicies());
        clusters.forEach(other -> all.addAll(inventory.hostsOf(other.id())));
        Set<UUID> seen = new HashSet<>();
        for (Host host : inventory.hostsOf(cluster.id())) {
            inventory.vmsOn(host.id()).stream().filter(vm -> seen.add(vm.id())).forEach(all::add);
        }
        return List.copyOf(all);
    }

    /** Nobody reviews, other clusters stand still, and what was in flight has arrived. */
    private static Entity prepared(Entity entity, Cluster settings) {
        if (entity instanceof Cluster cluster) {
            boolean tried = cluster.id().equals(settings.id());
            BalancingMode mode = !tried
                    ? BalancingMode.OFF
                    : settings.balancing().mode() == BalancingMode.REVIEW
                            ? BalancingMode.AUTOMATIC
                            : settings.balancing().mode();
            return in(tried ? settings : cluster, mode);
        }
        if (entity instanceof Vm vm && vm.state() == VmState.MIGRATING) {
            UUID targetId = vm.status().targetHostId();
            UUID targetClusterId = vm.status().targetClusterId();
            Vm arrived = targetClusterId == null ? vm : vm.in(targetClusterId);
            return arrived.withStatus(vm.status().to(VmState.UP, null).on(targetId == null ? vm.hostId() : targetId));
        }
        return entity;
    }

    private static Cluster in(Cluster cluster, BalancingMode mode) {
        return cluster.with(cluster.balancing().with(mode));
    }
}
