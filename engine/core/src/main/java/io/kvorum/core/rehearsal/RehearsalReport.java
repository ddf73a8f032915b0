package io.kvorum.core.rehearsal;

import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What would have come of settings.
 *
 * @param firstMoves the first ones of all
 * @param movedBytes that migrations are expected to have copied
 * @param hostHoursOn sum over the hosts
 * @param kwh of all hosts, by an assumed power curve
 * @param highestLoad of any host, as a share of its CPUs; more than 1 where VMs asked for more than it has
 * @param overThreshold sum over the hosts of the time in which their CPU use was above the threshold
 * @param efficiency share of the CPU time that VMs asked for which they got
 * @param hosts the ones that were above the threshold longest, then the busiest
 * @param timeline in parts of equal length
 */
public record RehearsalReport(
        int moves,
        List<Move> firstMoves,
        double movedBytes,
        int switchedOff,
        int woken,
        double hostHoursOn,
        double kwh,
        double highestLoad,
        Duration overThreshold,
        double efficiency,
        List<HostShare> hosts,
        List<Point> timeline) {

    public RehearsalReport {
        firstMoves = List.copyOf(firstMoves);
        hosts = List.copyOf(hosts);
        timeline = List.copyOf(timeline);
    }

    /** A move, when it began. */
    public record Move(Instant at, String vm, String from, String to, MovePurpose purpose) {}

    /** A host's part in it. */
    public record HostShare(String host, Duration on, Duration overThreshold, double highestLoad) {}

    /**
     * A part of the time.
     *
     * @param hostsOn in the mean
     * @param meanLoad of the hosts that were on
     * @param highestLoad of any host
     */
    public record Point(Instant at, double hostsOn, double meanLoad, double highestLoad) {}
}
