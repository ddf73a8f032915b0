package io.kvorum.core.inventory;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hosts among which VMs may move.
 *
 * @param cpuModel libvirt's name of the CPU model that guests get, or null for what suits the hosts' virtualization
 * @param customPolicyId the {@link io.kvorum.core.inventory.SchedulingPolicy} by which VMs are placed; null for the
 *     built-in one that {@code scheduling} names
 * @param scheduling its name is the policy in force, which a schedule changes
 * @param schedule null for the same policy all the time
 * @param migration how its VMs travel, unless they say otherwise themselves
 * @param emulatedMachine the machine type of its VMs, unless they say otherwise themselves; null for the hosts' newest
 */
public record Cluster(
        UUID id,
        String name,
        String description,
        UUID dataCenterId,
        SchedulingPolicy scheduling,
        @Nullable String cpuModel,
        FencingPolicy fencing,
        AdmissionPolicy admission,
        BalancingPolicy balancing,
        Meta meta,
        @Nullable UUID customPolicyId,
        PowerSavingPolicy powerSaving,
        @Nullable PolicySchedule schedule,
        MigrationPolicy migration,
        @Nullable String emulatedMachine)
        implements ConfigObject {

    public Cluster {
        if (balancing == null) {
            balancing = BalancingPolicy.DEFAULT; // stored before there were plans
        }
        if (powerSaving == null) {
            powerSaving = PowerSavingPolicy.DEFAULT; // stored before hosts were switched off
        }
        if (migration == null) {
            migration = MigrationPolicy.DEFAULT; // stored before there was one
        }
    }

    /** With everything as by default. */
    public static Cluster named(UUID id, String name, UUID dataCenterId) {
        return new Cluster(
                id,
                name,
                "",
                dataCenterId,
                SchedulingPolicy.DEFAULT,
                null,
                FencingPolicy.DEFAULT,
                AdmissionPolicy.DEFAULT,
                BalancingPolicy.DEFAULT,
                Meta.NONE,
                null,
                PowerSavingPolicy.DEFAULT,
                null,
                MigrationPolicy.DEFAULT,
                null);
    }

    @Override
    public Kind kind() {
        return Kind.CLUSTER;
    }

    @Override
    public Cluster withMeta(Meta newMeta) {
        return changed(draft -> draft.meta = newMeta);
    }

    /** The same with that policy of its operator for placement; null for the built-in one. */
    public Cluster withCustomPolicy(@Nullable UUID policyId) {
        return changed(draft -> draft.customPolicyId = policyId);
    }

    public Cluster withCpuModel(@Nullable String newModel) {
        return changed(draft -> draft.cpuModel = newModel);
    }

    public Cluster withEmulatedMachine(@Nullable String newMachine) {
        return changed(draft -> draft.emulatedMachine = newMachine);
    }

    public Cluster with(SchedulingPolicy newScheduling) {
        return changed(draft -> draft.scheduling = newScheduling);
    }

    public Cluster with(FencingPolicy newFencing) {
        return changed(draft -> draft.fencing = newFencing);
    }

    public Cluster with(AdmissionPolicy newAdmission) {
        return changed(draft -> draft.admission = newAdmission);
    }

    public Cluster with(BalancingPolicy newBalancing) {
        return changed(draft -> draft.balancing = newBalancing);
    }

    public Cluster with(PowerSavingPolicy newPowerSaving) {
        return changed(draft -> draft.powerSaving = newPowerSaving);
    }

    public Cluster with(@Nullable PolicySchedule newSchedule) {
        return changed(draft -> draft.schedule = newSchedule);
    }

    public Cluster with(MigrationPolicy newMigration) {
        return changed(draft -> draft.migration = newMigration);
    }

    /** The same with the policy in force that its schedule names for that time. */
    public Cluster asScheduled(Instant instant) {
        return schedule == null || schedule.at(instant) == scheduling.name()
                ? this
                : with(scheduling.named(schedule.at(instant)));
    }

    private Cluster changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new Cluster(
                id,
                name,
                description,
                dataCenterId,
                draft.scheduling,
                draft.cpuModel,
                draft.fencing,
                draft.admission,
                draft.balancing,
                draft.meta,
                draft.customPolicyId,
                draft.powerSaving,
                draft.schedule,
                draft.migration,
                draft.emulatedMachine);
    }

    /** The policy that is in force where its schedule, if it has one, says nothing else. */
    public PolicyName basePolicy() {
        return schedule == null ? scheduling.name() : schedule.otherwise();
    }

    /** Whether that policy is, or will be, in force. */
    public boolean everUses(PolicyName policy) {
        return basePolicy() == policy
                || schedule != null && schedule.windows().stream().anyMatch(window -> window.policy() == policy);
    }

    /** Whether its hosts are switched off while nobody needs them. */
    public boolean switchesHostsOff() {
        return scheduling.name() == PolicyName.POWER_SAVING && powerSaving.enableAutomaticHostPowerManagement();
    }

    /** Which VMs the balancer may move. */
    public enum PolicyName {
        NONE,
        EVENLY_DISTRIBUTED,
        POWER_SAVING,
        VM_EVENLY_DISTRIBUTED,
        CLUSTER_MAINTENANCE,
        PERFORMANCE,
        DENSITY
    }

    /**
     * Parameters under the names that oVirt's operators know.
     *
     * @param highUtilizationPercent a host whose CPU is busier than this is over-utilized
     * @param cpuOverCommitDurationMinutes for how long it must be so before anything moves
     * @param memoryOvercommitPercent guests' memory over the host's; 100 means no overcommit
     */
    public record SchedulingPolicy(
            PolicyName name,
            int highUtilizationPercent,
            int cpuOverCommitDurationMinutes,
            int memoryOvercommitPercent) {

        public SchedulingPolicy named(PolicyName newName) {
            return new SchedulingPolicy(
                    newName, highUtilizationPercent, cpuOverCommitDurationMinutes, memoryOvercommitPercent);
        }

        /** oVirt's defaults of evenly_distributed, without overcommit. */
        public static final SchedulingPolicy DEFAULT = new SchedulingPolicy(PolicyName.EVENLY_DISTRIBUTED, 80, 2, 100);
    }

    /**
     * When a silent host may be powered off.
     *
     * @param stopWhenSilentPercent fence nobody while more than this share of the cluster's hosts is silent at once; 100
     *     never stops
     * @param skipIfReachableThroughOthers leave a host alone that other hosts reach: only the engine is cut off from it
     * @param startingGrace for how long a host that was switched on is given time to start
     * @param switchOnAfterFence whether a host that was fenced is switched on again
     * @param skipIfRenewingLease leave a host alone that runs VMs with leases and still renews them: it is alive
     * @param restartByLeaseWithoutWatchdog take an expired lease for proof even where no watchdog resets a host whose
     *     sanlock was killed; only for labs
     */
    public record FencingPolicy(
            boolean enabled,
            int stopWhenSilentPercent,
            boolean skipIfReachableThroughOthers,
            Duration startingGrace,
            boolean switchOnAfterFence,
            boolean skipIfRenewingLease,
            boolean restartByLeaseWithoutWatchdog) {

        public static final FencingPolicy DEFAULT =
                new FencingPolicy(true, 50, true, Duration.ofSeconds(180), true, true, false);
    }

    /**
     * Whether VMs may take the room that others need when hosts fail.
     *
     * @param hostFailures of how many hosts at once all highly available VMs shall be restarted
     */
    public record AdmissionPolicy(AdmissionMode mode, int hostFailures) {

        public static final AdmissionPolicy DEFAULT = new AdmissionPolicy(AdmissionMode.WARN, 1);
    }

    public enum AdmissionMode {
        OFF,
        /** Says so, in an event, when the promise cannot be kept any more. */
        WARN,
        /** Refuses starts that would break it. */
        ENFORCE
    }

    /**
     * How plans of moves are made and carried out.
     *
     * @param aggressiveness 1: only hosts above a threshold are relieved, to 5: all are kept as even as can be
     * @param memoryHighPercent a host that uses more of its memory than this is over-utilized
     * @param criticalPercent above it, of CPU or memory, a host is relieved even by VMs that have just moved
     * @param migrationsPerHost at once, to and from a host
     * @param migrationsPerCluster at once
     */
    public record BalancingPolicy(
            BalancingMode mode,
            int aggressiveness,
            int memoryHighPercent,
            int criticalPercent,
            int migrationsPerHost,
            int migrationsPerCluster,
            IoPolicy io,
            PressurePolicy pressure) {

        public BalancingPolicy {
            if (io == null) {
                io = IoPolicy.DEFAULT; // stored before disks and networks counted
            }
            if (pressure == null) {
                pressure = PressurePolicy.DEFAULT; // likewise
            }
        }

        /** As by default where disks, networks and pressure are concerned. */
        public BalancingPolicy(
                BalancingMode mode,
                int aggressiveness,
                int memoryHighPercent,
                int criticalPercent,
                int migrationsPerHost,
                int migrationsPerCluster) {
            this(
                    mode,
                    aggressiveness,
                    memoryHighPercent,
                    criticalPercent,
                    migrationsPerHost,
                    migrationsPerCluster,
                    IoPolicy.DEFAULT,
                    PressurePolicy.DEFAULT);
        }

        public BalancingPolicy with(BalancingMode newMode) {
            return new BalancingPolicy(
                    newMode,
                    aggressiveness,
                    memoryHighPercent,
                    criticalPercent,
                    migrationsPerHost,
                    migrationsPerCluster,
                    io,
                    pressure);
        }

        public static final BalancingPolicy DEFAULT = new BalancingPolicy(BalancingMode.AUTOMATIC, 1, 90, 95, 2, 8);
    }

    /**
     * How a cluster whose policy is {@link PolicyName#POWER_SAVING} saves power, under the names that oVirt's operators know.
     *
     * @param lowUtilizationPercent a host whose CPU is less busy than this is emptied, if its VMs find room on others
     * @param hostsInReserve empty hosts that are kept on
     * @param enableAutomaticHostPowerManagement whether empty hosts are switched off, and on again when they are needed
     */
    public record PowerSavingPolicy(
            int lowUtilizationPercent, int hostsInReserve, boolean enableAutomaticHostPowerManagement) {

        public static final PowerSavingPolicy DEFAULT = new PowerSavingPolicy(20, 0, false);
    }

    /** What becomes of a plan of moves. */
    public enum BalancingMode {
        OFF,
        /** An operator approves or rejects it. */
        REVIEW,
        AUTOMATIC
    }

    /** What may become different in a copy. */
    private static final class Draft {
        SchedulingPolicy scheduling;

        @Nullable
        String cpuModel;

        FencingPolicy fencing;
        AdmissionPolicy admission;
        BalancingPolicy balancing;
        Meta meta;

        @Nullable
        UUID customPolicyId;

        PowerSavingPolicy powerSaving;

        @Nullable
        PolicySchedule schedule;

        MigrationPolicy migration;

        @Nullable
        String emulatedMachine;

        Draft(Cluster cluster) {
            scheduling = cluster.scheduling;
            cpuModel = cluster.cpuModel;
            fencing = cluster.fencing;
            admission = cluster.admission;
            balancing = cluster.balancing;
            meta = cluster.meta;
            customPolicyId = cluster.customPolicyId;
            powerSaving = cluster.powerSaving;
            schedule = cluster.schedule;
            migration = cluster.migration;
            emulatedMachine = cluster.emulatedMachine;
        }
    }
}
