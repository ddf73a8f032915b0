package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.SchedulingPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which optional filters count in a cluster, and which weights how much.
 *
 * @param vcpusPerThread virtual CPUs a thread at which the promise alone counts as full
 * @param maxGuests VMs that a host may have where {@code GuestLimit} counts
 * @param swapPercent what a host may have swapped out beyond its free memory, of its memory, where {@code Swap} counts
 */
record Policy(
        String name,
        Set<String> optionalFilters,
        List<Weighted> weights,
        double vcpusPerThread,
        double maxGuests,
        double swapPercent) {

    /** A weight and how much it counts. */
    record Weighted(Weight unit, double factor) {}

    /** More than all that is not a rule can add up to. */
    private static final double RULE = 32;

    private static final String OVERLOADED = "CPUOverloaded";
    private static final Map<PolicyName, Policy> BUILT_IN = new EnumMap<>(PolicyName.class);

    static {
        Weighted evenCpu = new Weighted(new LoadWeights.EvenCpu(), 2);
        Weighted evenMemory = new Weighted(new LoadWeights.EvenMemory(), 2);
        Weighted guests = new Weighted(new GuestWeights.EvenGuests(), 1);
        Weighted node = new Weighted(new GuestWeights.SingleNode(), 2);
        builtIn(PolicyName.NONE, Set.of(OVERLOADED), evenMemory, guests);
        builtIn(PolicyName.EVENLY_DISTRIBUTED, Set.of(OVERLOADED), evenCpu, evenMemory, guests);
        builtIn(
                PolicyName.VM_EVENLY_DISTRIBUTED,
                Set.of(OVERLOADED),
                new Weighted(new GuestWeights.EvenGuests(), 8),
                new Weighted(new LoadWeights.EvenCpu(), 1),
                new Weighted(new LoadWeights.EvenMemory(), 1));
        builtIn(
                PolicyName.POWER_SAVING,
                Set.of(OVERLOADED),
                new Weighted(new LoadWeights.PackedCpu(), 2),
                new Weighted(new LoadWeights.PackedMemory(), 2));
        builtIn(
                PolicyName.CLUSTER_MAINTENANCE,
                Set.of(OVERLOADED, "ClusterInMaintenance"),
                evenCpu,
                evenMemory,
                guests);
        builtIn(
                PolicyName.PERFORMANCE,
                Set.of(OVERLOADED),
                new Weighted(new LoadWeights.EvenCpu(), 6),
                node,
                new Weighted(new LoadWeights.EvenMemory(), 1));
        builtIn(
                PolicyName.DENSITY,
                Set.of(OVERLOADED),
                new Weighted(new AffinityWeights.RoomForGroups(), 8),
                new Weighted(new Packing(), 2),
                node);
    }

    Policy {
        optionalFilters = Set.copyOf(optionalFilters);
        weights = List.copyOf(weights);
    }

    static Policy of(PolicyName name) {
        return Objects.requireNonNull(BUILT_IN.get(name));
    }

    /** One that an operator put together; what is unknown in it, or no number within its range, does not count. */
    static Policy of(SchedulingPolicy custom) {
        List<Weighted> weights = new ArrayList<>();
        custom.weights()
                .forEach((name, factor) ->
                        SchedulingUnits.weight(name).ifPresent(unit -> weights.add(new Weighted(unit, factor))));
        weights.sort(Comparator.comparing(weighted -> weighted.unit().name()));
        return new Policy(
                custom.name(),
                custom.filters(),
                weights,
                SchedulingUnits.VCPUS_PER_THREAD.valueIn(custom.parameters()),
                SchedulingUnits.MAX_GUESTS.valueIn(custom.parameters()),
                SchedulingUnits.SWAP_PERCENT.valueIn(custom.parameters()));
    }

    boolean asks(Filter optional) {
        return optionalFilters.contains(optional.name());
    }

    private static void builtIn(PolicyName name, Set<String> filters, Weighted... own) {
        List<Weighted> weights = new ArrayList<>(List.of(own));
        weights.add(new Weighted(new GuestWeights.HaReservation(), 1));
        weights.add(new Weighted(new AffinityWeights.PreferredHosts(), RULE / 2));
        weights.add(new Weighted(new AffinityWeights.VmGroups(), RULE));
        weights.add(new Weighted(new AffinityWeights.HostGroups(), RULE));
        BUILT_IN.put(
                name,
                new Policy(
                        Words.of(name).replace(' ', '_'),
                        filters,
                        weights,
                        SchedulingUnits.VCPUS_PER_THREAD.byDefault(),
                        SchedulingUnits.MAX_GUESTS.byDefault(),
                        SchedulingUnits.SWAP_PERCENT.byDefault()));
    }
}
