package io.kvorum.core.inventory;

import java.util.List;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * A number by which a cluster's scheduling is set. The list is what requests are checked by, and what forms are made of.
 *
 * @param name as the API has it, with dots between objects
 * @param title a few words before the number
 * @param description what is to be known besides; may be empty
 */
public record ClusterSetting(
        String name, String title, String description, Unit unit, long least, long most, ToLongFunction<Cluster> of) {

    /** What the number counts. */
    public enum Unit {
        /** Of something that the title names. */
        PERCENT,
        MINUTES,
        HOSTS,
        /** That are under way at once. */
        MIGRATIONS,
        BYTES_PER_SECOND,
        /** A step of a scale. */
        LEVEL
    }

    private static final long TERABYTE = 1_000_000_000_000L;

    private static final Cluster AS_BY_DEFAULT = Cluster.named(new UUID(0, 0), "", new UUID(0, 0));

    /** In the order in which people are asked for them. */
    public static final List<ClusterSetting> ALL = List.of(
            new ClusterSetting(
                    "memoryOvercommitPercent",
                    "Memory to give out",
                    "100 % gives out no more memory than there is.",
                    Unit.PERCENT,
                    100,
                    400,
                    cluster -> cluster.scheduling().memoryOvercommitPercent()),
            new ClusterSetting(
                    "balancing.aggressiveness",
                    "Aggressiveness",
                    "",
                    Unit.LEVEL,
                    1,
                    5,
                    cluster -> cluster.balancing().aggressiveness()),
            percent(
                    "highUtilizationPercent",
                    "CPU is busy above",
                    "",
                    1,
                    cluster -> cluster.scheduling().highUtilizationPercent()),
            new ClusterSetting(
                    "cpuOverCommitDurationMinutes",
                    "Busy for at least",
                    "",
                    Unit.MINUTES,
                    0,
                    1440,
                    cluster -> cluster.scheduling().cpuOverCommitDurationMinutes()),
            percent(
                    "balancing.memoryHighPercent",
                    "Memory is busy above",
                    "",
                    1,
                    cluster -> cluster.balancing().memoryHighPercent()),
            new ClusterSetting(
                    "balancing.diskLimitBytesPerSecond",
                    "Disks of a host carry",
                    "Read and written. 0: not known, and disks do not count.",
                    Unit.BYTES_PER_SECOND,
                    0,
                    TERABYTE,
                    cluster -> cluster.balancing().io().diskLimitBytesPerSecond()),
            percent(
                    "balancing.diskHighPercent",
                    "Disks are busy above",
                    "Of what the disks of a host carry.",
                    1,
                    cluster -> cluster.balancing().io().diskHighPercent()),
            percent(
                    "balancing.networkHighPercent",
                    "Network is busy above",
                    "Of what the links of a host carry, in the busier direction.",
                    1,
                    cluster -> cluster.balancing().io().networkHighPercent()),
            percent(
                    "balancing.cpuPressureHighPercent",
                    "Pressed if something waits for a CPU in more than",
                    "Of the time (PSI). 100 %: never.",
                    1,
                    cluster -> cluster.balancing().pressure().cpuPressureHighPercent()),
            percent(
                    "balancing.efficiencyLowPercent",
                    "Pressed if its VMs get less than",
                    "Of the CPU time that they ask for. 0 %: never.",
                    0,
                    cluster -> cluster.balancing().pressure().efficiencyLowPercent()),
            percent(
                    "balancing.criticalPercent",
                    "Relieve at any cost above",
                    "Also by VMs that have just moved.",
                    1,
                    cluster -> cluster.balancing().criticalPercent()),
            new ClusterSetting(
                    "balancing.migrationsPerHost",
                    "Migrations of a host",
                    "",
                    Unit.MIGRATIONS,
                    1,
                    16,
                    cluster -> cluster.balancing().migrationsPerHost()),
            new ClusterSetting(
                    "balancing.migrationsPerCluster",
                    "Migrations in all",
                    "",
                    Unit.MIGRATIONS,
                    1,
                    1000,
                    cluster -> cluster.balancing().migrationsPerCluster()),
            percent(
                    "powerSaving.lowUtilizationPercent",
                    "Empty hosts that use less CPU than",
                    "",
                    0,
                    cluster -> cluster.powerSaving().lowUtilizationPercent()),
            new ClusterSetting(
                    "powerSaving.hostsInReserve",
                    "Keep on without VMs",
                    "",
                    Unit.HOSTS,
                    0,
                    1000,
                    cluster -> cluster.powerSaving().hostsInReserve()));

    private static ClusterSetting percent(
            String name, String title, String description, long least, ToLongFunction<Cluster> of) {
        return new ClusterSetting(name, title, description, Unit.PERCENT, least, 100, of);
    }

    public long in(Cluster cluster) {
        return of.applyAsLong(cluster);
    }

    public long byDefault() {
        return in(AS_BY_DEFAULT);
    }
}
