package io.kvorum.core.rehearsal;

import io.kvorum.core.balancing.MigrationCost;
import io.kvorum.core.balancing.PowerCurve;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.rehearsal.RehearsalReport.HostShare;
import io.kvorum.core.rehearsal.RehearsalReport.Move;
import io.kvorum.core.rehearsal.RehearsalReport.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Counts what a rehearsal comes to, tick by tick. */
final class Tally {

    static final int MOST_MOVES = 200;
    static final int MOST_HOSTS = 100;
    static final int MOST_POINTS = 288;

    private static final double TICK_SECONDS = Rehearsal.TICK.toSeconds();
    private static final double JOULES_PER_KWH = 3.6e6;

    private static final class HostSum {
        final String name;
        int ticksOn;
        int ticksOver;
        double highest;

        HostSum(String name) {
            this.name = name;
        }
    }

    private final Map<UUID, HostSum> hosts = new LinkedHashMap<>();
    private final List<Move> firstMoves = new ArrayList<>();
    private final List<Point> timeline = new ArrayList<>();
    private final double threshold;
    private final long ticksAPoint;
    private Instant now;
    private Instant pointFrom;
    private int moves;
    private double movedBytes;
    private int switchedOff;
    private int woken;
    private double joules;
    private double askedCpuSeconds;
    private double gotCpuSeconds;
    private double highest;

    private int onNow;
    private double loadsNow;
    private long ticks;
    private double pointOn;
    private double pointLoads;
    private double pointHighest;

    Tally(Instant from, long ticks, int thresholdPercent) {
        threshold = thresholdPercent / 100.0;
        ticksAPoint = Math.ceilDiv(ticks, MOST_POINTS);
        now = from;
        pointFrom = from;
    }

    /** A tick begins. */
    void begin(Instant instant) {
        now = instant;
        onNow = 0;
        loadsNow = 0;
    }

    /** A host is on for this tick. */
    void ran(Host host, double load, double vmCpusAsked, double vmCpusGot) {
        HostSum sum = hosts.computeIfAbsent(host.id(), id -> new HostSum(host.name()));
        sum.ticksOn++;
        sum.ticksOver += load > threshold ? 1 : 0;
        sum.highest = Math.max(sum.highest, load);
        highest = Math.max(highest, load);
        pointHighest = Math.max(pointHighest, load);
        onNow++;
        loadsNow += load;
        joules += PowerCurve.ASSUMED.watts(load) * TICK_SECONDS;
        askedCpuSeconds += vmCpusAsked * TICK_SECONDS;
        gotCpuSeconds += vmCpusGot * TICK_SECONDS;
    }

    /** A host boots for this tick: it draws power and does nothing. */
    void boots() {
        joules += PowerCurve.ASSUMED.watts(0) * TICK_SECONDS;
    }

    void end() {
        pointOn += onNow;
        pointLoads += loadsNow;
        ticks++;
        if (ticks % ticksAPoint == 0) {
            point(ticksAPoint);
        }
    }

    private void point(long length) {
        double load = pointOn == 0 ? 0 : pointLoads / pointOn;
        timeline.add(new Point(pointFrom, pointOn / length, load, pointHighest));
        pointFrom = now.plus(Rehearsal.TICK);
        pointOn = 0;
        pointLoads = 0;
        pointHighest = 0;
    }

    /** A migration begins; the guest stands still at its end. */
    void moved(
            Instant at, String vm, String from, String to, MovePurpose purpose, MigrationCost cost, double busyCpus) {
        moves++;
        movedBytes += cost.bytes();
        gotCpuSeconds -= busyCpus * cost.downtime().toMillis() / 1000.0;
        if (firstMoves.size() < MOST_MOVES) {
            firstMoves.add(new Move(at, vm, from, to, purpose));
        }
    }

    void switchedOff() {
        switchedOff++;
    }

    void woken() {
        woken++;
    }

    RehearsalReport report() {
        if (ticks % ticksAPoint != 0) {
            point(ticks % ticksAPoint);
        }
        long on = hosts.values().stream().mapToLong(host -> host.ticksOn).sum();
        long over = hosts.values().stream().mapToLong(host -> host.ticksOver).sum();
        return new RehearsalReport(
                moves,
                firstMoves,
                movedBytes,
                switchedOff,
                woken,
                on * TICK_SECONDS / 3600,
                joules / JOULES_PER_KWH,
                highest,
                time(over),
                askedCpuSeconds == 0 ? 1 : Math.max(0, gotCpuSeconds / askedCpuSeconds),
                hosts.values().stream()
                        .sorted(Comparator.<HostSum>comparingInt(host -> -host.ticksOver)
                                .thenComparingDouble(host -> -host.highest)
                                .thenComparing(host -> host.name))
                        .limit(MOST_HOSTS)
                        .map(host -> new HostShare(host.name, time(host.ticksOn), time(host.ticksOver), host.highest))
                        .toList(),
                timeline);
    }

    private static Duration time(long ofTicks) {
        return Rehearsal.TICK.multipliedBy(ofTicks);
    }
}
