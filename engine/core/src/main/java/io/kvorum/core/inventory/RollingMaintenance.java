package io.kvorum.core.inventory;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Maintenance of the hosts of a cluster, some at a time, in their order.
 *
 * @param task what is done with a host once it is empty
 * @param hostsAtOnce how many hosts may be away at once
 */
public record RollingMaintenance(HostTask task, int hostsAtOnce, List<PlanHost> hosts) {

    public RollingMaintenance {
        hosts = List.copyOf(hosts);
    }

    /** What is done with a host once it is empty. */
    public enum HostTask {
        /** It stays in maintenance until an operator activates it. */
        WAIT_FOR_OPERATOR,
        /** Its power is cycled by its BMC, and it is activated when it has booted. */
        REBOOT,
        /** It upgrades its own software, is rebooted where it wants that, and activated. */
        UPGRADE
    }

    /** How far a host is. */
    public enum HostStep {
        PLANNED,
        /** It is being put into maintenance. */
        DRAINING,
        /** An operator works on it. */
        IN_MAINTENANCE,
        UPGRADING,
        REBOOTING,
        /** It was activated and is not up yet. */
        RETURNING,
        DONE,
        FAILED,
        SKIPPED;

        /** Whether the host is away, or leaving, or coming back. */
        public boolean underWay() {
            return switch (this) {
                case DRAINING, IN_MAINTENANCE, UPGRADING, REBOOTING, RETURNING -> true;
                case PLANNED, DONE, FAILED, SKIPPED -> false;
            };
        }
    }

    /**
     * A host of the plan.
     *
     * @param note why it waits, failed or was skipped
     * @param since when it came to that step, or was last found to have to wait; null while it was not looked at
     * @param bootId of the boot that its reboot shall end; null before that
     */
    public record PlanHost(
            UUID hostId,
            String hostName,
            HostStep step,
            @Nullable String note,
            @Nullable Instant since,
            @Nullable String bootId) {

        public static PlanHost planned(Host host) {
            return new PlanHost(host.id(), host.name(), HostStep.PLANNED, null, null, null);
        }

        public PlanHost to(HostStep newStep, @Nullable String newNote, Instant now) {
            return new PlanHost(hostId, hostName, newStep, newNote, now, bootId);
        }

        public PlanHost rebooting(@Nullable String before, Instant now) {
            return new PlanHost(hostId, hostName, HostStep.REBOOTING, null, now, before);
        }
    }

    /** The same with one host changed. */
    public RollingMaintenance with(PlanHost changed) {
        return new RollingMaintenance(
                task,
                hostsAtOnce,
                hosts.stream()
                        .map(host -> host.hostId().equals(changed.hostId()) ? changed : host)
                        .toList());
    }

    public PlanHost host(UUID hostId) {
        return hosts.stream()
                .filter(host -> host.hostId().equals(hostId))
                .findFirst()
                .orElseThrow();
    }

    /** How many hosts are at that step. */
    public long count(HostStep step) {
        return hosts.stream().filter(host -> host.step() == step).count();
    }

    /** How many hosts are away, leave or come back. */
    public long underWay() {
        return hosts.stream().filter(host -> host.step().underWay()).count();
    }

    public boolean over() {
        return underWay() == 0 && count(HostStep.PLANNED) == 0;
    }

    /** Such as "3 done, 1 failed". */
    public String words() {
        return count(HostStep.DONE) + " done, " + count(HostStep.FAILED) + " failed, " + count(HostStep.SKIPPED)
                + " skipped";
    }
}
