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
import java.util.ArrayList;
import java.util.Comparator;
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

    /** Steps of one proof: failures looked at, things copied to try one, and hosts judged for each VM that falls. */
    static final long BUDGET = 300_000;

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
        List<Shortfall> shortfalls = new ArrayList<>();
        int scenarios = 0;
        long steps = 0;
        int[] chosen = first(Math.min(hostFailures, hosts.size()));
        boolean more = hostFailures > 0 && !hosts.isEmpty();
        while (more && steps < BUDGET) {
            List<Host> failed = new ArrayList<>();
            for (int index : chosen) {
                failed.add(hosts.get(index));
            }
            steps += 1 + fail(inventory, loads, cluster, failed, supposed, shortfalls);
            scenarios++;
            more = next(chosen, hosts.size());
        }
        return new FailoverProof(hostFailures, scenarios, !more, shortfalls);
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

    /** Returns how many steps it took. */
    private static long fail(
            Inventory inventory,
            HostLoads loads,
            Cluster cluster,
            List<Host> failed,
            @Nullable Supposed supposed,
            List<Shortfall> shortfalls) {
        if (failed.stream().noneMatch(host -> hasHighlyAvailable(inventory, host, supposed))) {
            return 0;
        }
        Inventory after = whatIf(inventory, cluster, supposed);
        Scheduler scheduler = new Scheduler(after, loads);
        List<Vm> fallen = new ArrayList<>();
        for (Host host : failed) {
            after.put(host.to(HostState.DOWN, null), Instant.EPOCH);
            for (Vm vm : after.vmsOn(host.id())) {
                Vm off = vm.withStatus(vm.status().off(VmState.DOWN, null));
                after.put(off, Instant.EPOCH);
                if (vm.spec().highAvailability().enabled()) {
                    fallen.add(off);
                }
            }
        }
        List<UUID> failedIds = failed.stream().map(Host::id).toList();
        for (Vm vm : RestartOrder.of(fallen)) {
            PlacementRequest request = new PlacementRequest(vm, cluster, null, Set.of());
            Optional<Host> host = scheduler.choose(request);
            if (host.isPresent()) {
                after.put(
                        vm.withStatus(vm.status()
                                .to(VmState.UP, null)
                                .on(host.get().id(), scheduler.seat(request, host.get()))),
                        Instant.EPOCH);
            } else {
                shortfalls.add(new Shortfall(
                        failedIds, vm.id(), vm.name(), scheduler.place(request).explanation()));
            }
        }
        return after.vms().size() + (1L + fallen.size()) * after.hosts().size();
    }

    private static boolean hasHighlyAvailable(Inventory inventory, Host host, @Nullable Supposed supposed) {
        return inventory.vmsOn(host.id()).stream()
                        .anyMatch(vm -> vm.spec().highAvailability().enabled())
                || (supposed != null
                        && supposed.hostId().equals(host.id())
                        && supposed.vm().spec().highAvailability().enabled());
    }

    /**
     * A copy of what the scheduler sees of a cluster, to try things on.
     *
     * @param supposed a VM to be thought of as running somewhere, or null
     */
    public static Inventory whatIf(Inventory inventory, Cluster cluster, @Nullable Supposed supposed) {
        Stream<Entity> surroundings = Stream.of(
                        inventory.clusters(),
                        inventory.networks(),
                        inventory.storageDomains(),
                        inventory.affinityGroups(),
                        inventory.schedulingPolicies())
                .flatMap(all -> all.stream().map(Entity.class::cast));
        List<Host> hosts = inventory.hostsOf(cluster.id());
        Stream<Entity> vms = hosts.stream()
                .flatMap(host -> inventory.vmsOn(host.id()).stream())
                .distinct()
                .map(Entity.class::cast);
        Inventory copy = new Inventory(
                Stream.of(surroundings, hosts.stream(), vms).flatMap(s -> s).toList());
        if (supposed != null) {
            Vm vm = supposed.vm();
            copy.put(vm.withStatus(vm.status().to(VmState.UP, null).on(supposed.hostId())), Instant.EPOCH);
        }
        return copy;
    }
}
