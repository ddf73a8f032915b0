package io.kvorum.core.availability;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether all highly available VMs of a cluster could be restarted if hosts failed. Not by slots or shares: for each
 * possible failure the VMs of the failed hosts are really placed on the others, by the scheduler that would do it, in
 * the order in which they would be restarted.
 *
 * @param hostFailures hosts that fail at once
 * @param scenarios failures that were tried
 * @param complete whether these were all; a large cluster may have more than there was time for
 */
public record FailoverProof(int hostFailures, int scenarios, boolean complete, List<Shortfall> shortfalls) {

    /** Steps of one proof: hosts judged, one after the other, for each VM that falls. */
    static final long BUDGET = 1_000_000;

    /** What it takes to look at a failure of which no highly available VM falls. */
    static final long STEPS_A_FAILURE = 16;

    public FailoverProof {
        shortfalls = List.copyOf(shortfalls);
    }

    /** A VM that would not run again. */
    public record Shortfall(List<UUID> failedHostIds, UUID vmId, String vmName, Explanation explanation) {
        public Shortfall {
            failedHostIds = List.copyOf(failedHostIds);
        }
    }

    /** A VM as if it ran there. */
    public record Supposed(Vm vm, UUID hostId) {}

    /**
     * Tries every failure of so many hosts that are up.
     *
     * @param supposed a VM to be thought of as running somewhere, or null
     */
    public static FailoverProof of(
            Inventory inventory, HostLoads loads, Cluster cluster, int hostFailures, @Nullable Supposed supposed) {
        List<Host> hosts = inventory.hostsOf(cluster.id()).stream()
                .filter(host -> host.state() == HostState.UP)
                .sorted(Comparator.comparing(Host::name))
                .toList();
        Trial trial = new Trial(whatIf(inventory, cluster), loads, cluster);
        if (supposed != null) {
            trial.suppose(supposed);
        }
        int scenarios = 0;
        long steps = 0;
        int[] chosen = first(Math.min(hostFailures, hosts.size()));
        boolean more = hostFailures > 0 && !hosts.isEmpty();
        while (more && steps < BUDGET) {
            List<Host> failed = new ArrayList<>();
            for (int index : chosen) {
                failed.add(hosts.get(index));
            }
            steps += STEPS_A_FAILURE + trial.fail(failed);
            scenarios++;
            more = next(chosen, hosts.size());
        }
        return new FailoverProof(hostFailures, scenarios, !more, trial.shortfalls);
    }

    private static int[] first(int size) {
        int[] chosen = new int[size];
        for (int i = 0; i < size; i++) {
            chosen[i] = i;
        }
        return chosen;
    }

    /** The next combination in lexicographic order; false after the last. */
    private static boolean next(int[] chosen, int count) {
        int i = chosen.length - 1;
        while (i >= 0 && chosen[i] == count - chosen.length + i) {
            i--;
        }
        if (i < 0) {
            return false;
        }
        chosen[i]++;
        for (int j = i + 1; j < chosen.length; j++) {
            chosen[j] = chosen[j - 1] + 1;
        }
        return true;
    }

    /** A copy of the cluster in which one failure after the other happens and is taken back. */
    private static final class Trial {

        private final Inventory after;
        private final Cluster cluster;
        private final Scheduler scheduler;
        private final Deque<Entity> before = new ArrayDeque<>();
        private final List<Shortfall> shortfalls = new ArrayList<>();

        Trial(Inventory copy, HostLoads loads, Cluster cluster) {
            this.after = copy;
            this.cluster = cluster;
            this.scheduler = new Scheduler(copy, loads);
        }

        void suppose(Supposed supposed) {
            PlacementRequest request = new PlacementRequest(supposed.vm(), cluster, supposed.hostId(), Set.of());
            after.host(supposed.hostId())
                    .ifPresent(host -> after.put(scheduler.supposedOn(request, host), Instant.EPOCH));
        }

        /** Returns how many steps it took. */
        long fail(List<Host> failed) {
            if (failed.stream().noneMatch(this::hasHighlyAvailable)) {
                return 0;
            }
            List<Vm> fallen = new ArrayList<>();
            for (Host host : failed) {
                change(host, host.to(HostState.DOWN, null));
                for (Vm vm : after.vmsOn(host.id())) {
                    Vm off = vm.grown().withStatus(vm.status().off(VmState.DOWN, null));
                    change(vm, off);
                    if (vm.spec().highAvailability().enabled()) {
                        fallen.add(off);
                    }
                }
            }
            List<UUID> failedIds = failed.stream().map(Host::id).toList();
            for (Vm vm : RestartOrder.of(fallen)) {
                restart(vm, failedIds);
            }
            while (!before.isEmpty()) {
                after.put(before.pop(), Instant.EPOCH);
            }
            return (long) fallen.size() * after.hosts().size();
        }

        private void restart(Vm vm, List<UUID> failedIds) {
            PlacementRequest request = new PlacementRequest(vm, cluster, null, Set.of());
            Optional<Host> host = scheduler.choose(request);
            if (host.isPresent()) {
                change(vm, scheduler.supposedOn(request, host.get()));
            } else {
                shortfalls.add(new Shortfall(
                        failedIds, vm.id(), vm.name(), scheduler.place(request).explanation()));
            }
        }

        private void change(Entity from, Entity to) {
            before.push(from);
            after.put(to, Instant.EPOCH);
        }

        private boolean hasHighlyAvailable(Host host) {
            return after.columns().haVms(after.columns().slotOf(host.id())) > 0;
        }
    }

    /** A copy of what the scheduler sees of a cluster, to try things on. */
    public static Inventory whatIf(Inventory inventory, Cluster cluster) {
        Stream<Entity> surroundings = Stream.of(
                        inventory.clusters(),
                        inventory.networks(),
                        inventory.storageDomains(),
                        inventory.schedulingPolicies())
                .flatMap(all -> all.stream().map(Entity.class::cast));
        Stream<Entity> rules = inventory.affinityRules(cluster.id()).stream().map(Entity.class::cast);
        List<Host> hosts = inventory.hostsOf(cluster.id());
        Stream<Entity> vms = hosts.stream()
                .flatMap(host -> inventory.vmsOn(host.id()).stream())
                .distinct()
                .map(Entity.class::cast);
        return Inventory.supposed(Stream.of(surroundings, rules, hosts.stream(), vms)
                .flatMap(s -> s)
                .toList());
    }
}
