package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Cluster.PolicyName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every unit that policies are put together from, and the policies that are built in. */
public final class SchedulingUnits {

    /** Factors of weights in policies of operators. */
    public static final double MAX_FACTOR = 1000;

    static final Parameter VCPUS_PER_THREAD = new Parameter(
            "VCpuToPhysicalCpuRatio", "Virtual CPUs a thread at which what is promised counts as full.", 1, 64, 8);
    static final Parameter MAX_GUESTS = new Parameter("MaxGuests", "VMs that a host may have.", 1, 10_000, 10_000);

    static final Parameter SWAP_PERCENT = new Parameter(
            "BlockMigrationOnSwapUsagePercentage",
            "What a host may have swapped out beyond its free memory, in percent of its memory.",
            0,
            100,
            0);

    private static final List<Weight> WEIGHTS = List.of(
            new LoadWeights.EvenCpu(),
            new LoadWeights.EvenMemory(),
            new LoadWeights.PackedCpu(),
            new LoadWeights.PackedMemory(),
            new IoWeights.EvenDisk(),
            new IoWeights.EvenNetwork(),
            new GuestWeights.EvenGuests(),
            new GuestWeights.HaReservation(),
            new GuestWeights.SingleNode(),
            new Packing(),
            new AffinityWeights.RoomForGroups(),
            new AffinityWeights.PreferredHosts(),
            new AffinityWeights.VmGroups(),
            new AffinityWeights.HostGroups());

    private static final Map<String, Weight> WEIGHTS_BY_NAME =
            WEIGHTS.stream().collect(Collectors.toMap(Weight::name, Function.identity()));

    private static final Map<String, String> FILTER_WORDS = Map.ofEntries(
            Map.entry("HostUp", "The host is up."),
            Map.entry("HostFree", "No operation has the host to itself."),
            Map.entry("ClusterInMaintenance", "Only highly available VMs start."),
            Map.entry("GuestLimit", "The host has fewer VMs than MaxGuests."),
            Map.entry("NotTriedAlready", "The host did not fail to run the VM just now."),
            Map.entry("RequestedHost", "Where a host was asked for, it is that one."),
            Map.entry("PinToHost", "Where the VM may run on some hosts only, it is one of them."),
            Map.entry("Migration", "The VM may be migrated, and does not run there already."),
            Map.entry("CPU", "The VM has no more virtual CPUs than the host has threads."),
            Map.entry("CpuPinning", "VMs with CPUs of their own and VMs that share CPUs are on different hosts."),
            Map.entry(
                    "CPU-Level",
                    "The host gives guests the cluster's CPU model, and a running VM the CPU and the frequency of the time"
                            + " stamp counter that it has."),
            Map.entry(
                    "Emulated-Machine",
                    "The host has the machine type that the VM or its cluster asks for, or that a running VM has."),
            Map.entry(
                    "CPUOverloaded",
                    "The host's CPU is not over HighUtilization for CpuOverCommitDurationMinutes. Steps aside where no"
                            + " other host is left."),
            Map.entry("Memory", "Promised memory stays within the host's and the overcommit."),
            Map.entry("Swap", "The host has not swapped out more than its free memory could take back."),
            Map.entry("NUMA", "Each of the VM's NUMA nodes finds a node with its CPUs, memory or huge pages."),
            Map.entry("Firmware", "The host has UEFI firmware and a software TPM, where the VM wants them."),
            Map.entry("Network", "The host has the bridges of the VM's networks."),
            Map.entry("Storage", "The host reaches the storage domains of the VM's disks."),
            Map.entry("VM leases ready", "The host can hold the VM's lease."),
            Map.entry("VmAffinityGroups", "Hard affinity and anti-affinity to other VMs, by host or fault domain."),
            Map.entry("VmToHostsAffinityGroups", "Hard affinity and anti-affinity to hosts."),
            Map.entry("Label", "The host has all affinity labels of the VM."));

    private static final Map<String, String> WEIGHT_WORDS = Map.ofEntries(
            Map.entry("OptimalForCpuEvenDistribution", "The less CPU is used and promised, the better."),
            Map.entry("OptimalForMemoryEvenDistribution", "The less memory is promised, the better."),
            Map.entry("OptimalForCpuPowerSaving", "The more CPU is used and promised, up to HighUtilization."),
            Map.entry("OptimalForMemoryPowerSaving", "The more memory is promised, the better."),
            Map.entry(
                    "OptimalForDiskEvenDistribution",
                    "The less is read and written, the better, measured by the cluster's balancing.diskLimitBytesPerSecond."),
            Map.entry("OptimalForNetworkEvenDistribution", "The less of the host's network links is used, the better."),
            Map.entry("OptimalForEvenGuestDistribution", "The fewer VMs, the better."),
            Map.entry("OptimalForHaReservation", "Highly available VMs are spread."),
            Map.entry("Fit VM to single host NUMA node", "One NUMA node of the host could hold the whole VM."),
            Map.entry("Packing", "The less room is left, in CPUs with their memory, the better."),
            Map.entry(
                    "RoomForGroups",
                    "The first VM of a group that gathers on a host goes where most room is; others stay off such hosts."),
            Map.entry("PreferredHosts", "The hosts that the VM prefers."),
            Map.entry("VmAffinityGroups", "Soft affinity and anti-affinity to other VMs."),
            Map.entry("VmToHostsAffinityGroups", "Soft affinity and anti-affinity to hosts."));

    private SchedulingUnits() {}

    public enum Type {
        FILTER,
        WEIGHT
    }

    /**
     * A number that a policy may set.
     *
     * @param byDefault where the policy does not
     */
    public record Parameter(String name, String description, double least, double most, double byDefault) {

        double valueIn(Map<String, Double> values) {
            return Math.clamp(values.getOrDefault(name, byDefault), least, most);
        }
    }

    /**
     * A filter or a weight.
     *
     * @param optional whether policies may leave it out; of weights all are
     */
    public record Unit(String name, Type type, String description, boolean optional, List<Parameter> parameters) {
        public Unit {
            parameters = List.copyOf(parameters);
        }
    }

    /** A built-in policy. */
    public record BuiltIn(PolicyName name, List<String> filters, Map<String, Double> weights) {
        public BuiltIn {
            filters = List.copyOf(filters);
            weights = Map.copyOf(weights);
        }
    }

    /** In the order in which filters are asked, and weights shown. */
    public static List<Unit> all() {
        List<Unit> all = new ArrayList<>();
        for (Filter filter : Scheduler.FILTERS) {
            String words = Objects.requireNonNull(FILTER_WORDS.get(filter.name()), filter.name());
            all.add(new Unit(filter.name(), Type.FILTER, words, filter.optional(), parametersOf(filter.name())));
        }
        for (Weight weight : WEIGHTS) {
            String words = Objects.requireNonNull(WEIGHT_WORDS.get(weight.name()), weight.name());
            all.add(new Unit(weight.name(), Type.WEIGHT, words, true, parametersOf(weight.name())));
        }
        return all;
    }

    /** What may be set by a policy that has the unit. */
    public static List<Parameter> parametersOf(String unit) {
        return switch (unit) {
            case "GuestLimit" -> List.of(MAX_GUESTS);
            case "Swap" -> List.of(SWAP_PERCENT);
            case "OptimalForCpuEvenDistribution", "OptimalForCpuPowerSaving", "Packing" -> List.of(VCPUS_PER_THREAD);
            default -> List.of();
        };
    }

    public static List<BuiltIn> builtIn() {
        return Arrays.stream(PolicyName.values())
                .map(name -> {
                    Policy policy = Policy.of(name);
                    return new BuiltIn(
                            name,
                            policy.optionalFilters().stream().sorted().toList(),
                            policy.weights().stream()
                                    .collect(Collectors.toMap(
                                            weighted -> weighted.unit().name(), Policy.Weighted::factor)));
                })
                .toList();
    }

    static Optional<Weight> weight(String name) {
        return Optional.ofNullable(WEIGHTS_BY_NAME.get(name));
    }
}
