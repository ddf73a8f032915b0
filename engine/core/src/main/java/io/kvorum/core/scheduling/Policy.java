package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Cluster.PolicyName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which weights count how much in a cluster.
 *
 * @param vcpusPerThread virtual CPUs a thread at which the promise alone counts as full
 * @param maintenance whether only highly available VMs start
 */
record Policy(String name, List<Weighted> weights, double vcpusPerThread, boolean maintenance) {

    /** A weight and how much it counts. */
    record Weighted(Weight unit, double factor) {}

    private static final double VCPUS_PER_THREAD = 8;

    /** More than all that is not a rule can add up to. */
    private static final double RULE = 32;

    private static final Map<PolicyName, Policy> BUILT_IN = new EnumMap<>(PolicyName.class);

    static {
        Weight evenCpu = new LoadWeights.EvenCpu();
        Weight evenMemory = new LoadWeights.EvenMemory();
        Weight packedCpu = new LoadWeights.PackedCpu();
        Weight packedMemory = new LoadWeights.PackedMemory();
        Weight guests = new GuestWeights.EvenGuests();
        Weight node = new GuestWeights.SingleNode();
        builtIn(PolicyName.NONE, weighted(evenMemory, 1), weighted(guests, 1));
        builtIn(PolicyName.EVENLY_DISTRIBUTED, weighted(evenCpu, 2), weighted(evenMemory, 2), weighted(guests, 1));
        builtIn(PolicyName.VM_EVENLY_DISTRIBUTED, weighted(guests, 8), weighted(evenCpu, 1), weighted(evenMemory, 1));
        builtIn(PolicyName.POWER_SAVING, weighted(packedCpu, 2), weighted(packedMemory, 2));
        builtIn(PolicyName.CLUSTER_MAINTENANCE, weighted(evenCpu, 2), weighted(evenMemory, 2), weighted(guests, 1));
        builtIn(PolicyName.PERFORMANCE, weighted(evenCpu, 6), weighted(node, 2), weighted(evenMemory, 1));
        builtIn(
                PolicyName.DENSITY,
                weighted(new AffinityWeights.RoomForGroups(), 8),
                weighted(new Packing(), 2),
                weighted(node, 0.5));
    }

    Policy {
        weights = List.copyOf(weights);
    }

    static Policy of(PolicyName name) {
        return Objects.requireNonNull(BUILT_IN.get(name));
    }

    private static Weighted weighted(Weight unit, double factor) {
        return new Weighted(unit, factor);
    }

    private static void builtIn(PolicyName name, Weighted... own) {
        List<Weighted> weights = new ArrayList<>(List.of(own));
        weights.add(weighted(new GuestWeights.HaReservation(), 1));
        weights.add(weighted(new AffinityWeights.PreferredHosts(), RULE / 2));
        weights.add(weighted(new AffinityWeights.VmGroups(), RULE));
        weights.add(weighted(new AffinityWeights.HostGroups(), RULE));
        BUILT_IN.put(
                name, new Policy(Words.of(name), weights, VCPUS_PER_THREAD, name == PolicyName.CLUSTER_MAINTENANCE));
    }
}
