package io.kvorum.server.api;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.rehearsal.RehearsalReport;
import io.kvorum.server.api.ConfigViews.BalancingView;
import io.kvorum.server.api.ConfigViews.PowerSavingView;
import io.kvorum.server.rehearsal.RehearsalRun;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What settings would have done with the recorded loads, beside those in use.
 *
 * @param thresholdPercent the highUtilizationPercent in use; by it both are judged
 * @param problem why it failed
 * @param assumptions what is not measured
 */
@Schema(name = "Rehearsal")
public record RehearsalView(
        UUID id,
        UUID clusterId,

        @Schema(enumeration = {"running", "done", "cancelled", "failed"})
        String state,

        int progressPercent,
        String requestedBy,
        Instant startedAt,
        @Nullable Instant endedAt,
        Instant from,
        Instant to,
        int thresholdPercent,
        SideView inUse,
        SideView proposed,
        List<String> assumptions,
        @Nullable String problem,

        @Schema(description = "Name of the trace whose loads are played; null for recorded ones.") @Nullable
        String trace) {

    private static final String RECORDED =
            "It begins with hosts and VMs as they are now; a VM uses what it used then, or nothing where nothing was recorded.";

    private static final String OF_TRACE =
            "It begins with hosts and VMs as they are now; by their names VMs use the CPU of the trace's columns, again from the first"
                    + " where there are more VMs, and the memory that they used last. Hosts use nothing beside them.";

    private static final List<String> ASSUMPTIONS = List.of(
            "A host that is on draws 100 W without load and 250 W with full load: power is not measured.",
            "A migration copies 117 MB/s and stands still as plans expect; a host boots in two minutes. Nothing fails.",
            "Plans that would wait for review are approved at once. VMs are not started or stopped.");

    /** Settings, and what came of them; {@code outcome} is absent until it is known. */
    @Schema(name = "RehearsalSide")
    public record SideView(SettingsView settings, @Nullable OutcomeView outcome) {}

    @Schema(name = "RehearsalSettings")
    public record SettingsView(
            String schedulingPolicy,
            int highUtilizationPercent,
            int cpuOverCommitDurationMinutes,
            BalancingView balancing,
            PowerSavingView powerSaving,
            @Nullable PolicyScheduleView policySchedule) {

        static SettingsView of(Cluster cluster) {
            return new SettingsView(
                    Words.of(cluster.basePolicy()),
                    cluster.scheduling().highUtilizationPercent(),
                    cluster.scheduling().cpuOverCommitDurationMinutes(),
                    BalancingView.of(cluster.balancing()),
                    PowerSavingView.of(cluster.powerSaving()),
                    PolicyScheduleView.of(cluster.schedule()));
        }
    }

    /**
     * What came of settings.
     *
     * @param firstMoves up to 200
     * @param highestLoad of any host, 1 is all of its CPUs; more where VMs asked for more
     * @param overThresholdSeconds sum over the hosts
     * @param efficiency share of the CPU time that VMs asked for which they got, 0 to 1
     * @param hosts up to 100, the ones that were above the threshold longest first
     * @param timeline up to 288 parts of equal length
     */
    @Schema(name = "RehearsalOutcome")
    public record OutcomeView(
            int moves,
            double movedBytes,
            int switchedOff,
            int woken,
            double hostHoursOn,
            double kwh,
            double highestLoad,
            long overThresholdSeconds,
            double efficiency,
            List<MoveView> firstMoves,
            List<HostView> hosts,
            List<PointView> timeline) {

        static @Nullable OutcomeView of(@Nullable RehearsalReport report) {
            return report == null
                    ? null
                    : new OutcomeView(
                            report.moves(),
                            report.movedBytes(),
                            report.switchedOff(),
                            report.woken(),
                            report.hostHoursOn(),
                            report.kwh(),
                            report.highestLoad(),
                            report.overThreshold().toSeconds(),
                            report.efficiency(),
                            report.firstMoves().stream()
                                    .map(move -> new MoveView(
                                            move.at(), move.vm(), move.from(), move.to(), Words.of(move.purpose())))
                                    .toList(),
                            report.hosts().stream()
                                    .map(host -> new HostView(
                                            host.host(),
                                            host.on().toSeconds(),
                                            host.overThreshold().toSeconds(),
                                            host.highestLoad()))
                                    .toList(),
                            report.timeline().stream()
                                    .map(point -> new PointView(
                                            point.at(), point.hostsOn(), point.meanLoad(), point.highestLoad()))
                                    .toList());
        }
    }

    /** The same without what is long: single moves, hosts and the timeline. */
    RehearsalView brief() {
        return new RehearsalView(
                id,
                clusterId,
                state,
                progressPercent,
                requestedBy,
                startedAt,
                endedAt,
                from,
                to,
                thresholdPercent,
                new SideView(inUse.settings(), brief(inUse.outcome())),
                new SideView(proposed.settings(), brief(proposed.outcome())),
                assumptions,
                problem,
                trace);
    }

    private static @Nullable OutcomeView brief(@Nullable OutcomeView all) {
        return all == null
                ? null
                : new OutcomeView(
                        all.moves(),
                        all.movedBytes(),
                        all.switchedOff(),
                        all.woken(),
                        all.hostHoursOn(),
                        all.kwh(),
                        all.highestLoad(),
                        all.overThresholdSeconds(),
                        all.efficiency(),
                        List.of(),
                        List.of(),
                        List.of());
    }

    @Schema(name = "RehearsalMove")
    public record MoveView(
            Instant at,
            String vmName,
            String fromHostName,
            String toHostName,

            @Schema(enumeration = {"even_out", "empty_host", "repair_affinity"})
            String purpose) {}

    @Schema(name = "RehearsalHost")
    public record HostView(String hostName, long onSeconds, long overThresholdSeconds, double highestLoad) {}

    /** A part of the time: hosts that were on in the mean, their mean load, and the highest of any. */
    @Schema(name = "RehearsalPoint")
    public record PointView(Instant at, double hostsOn, double meanLoad, double highestLoad) {}

    static RehearsalView of(RehearsalRun run) {
        return new RehearsalView(
                run.id(),
                run.clusterId(),
                Words.of(run.state()),
                run.progressPercent(),
                run.requestedBy(),
                run.startedAt(),
                run.endedAt(),
                run.from(),
                run.to(),
                run.thresholdPercent(),
                new SideView(SettingsView.of(run.inUse()), OutcomeView.of(run.inUseReport())),
                new SideView(SettingsView.of(run.proposed()), OutcomeView.of(run.proposedReport())),
                Stream.concat(Stream.of(run.trace() == null ? RECORDED : OF_TRACE), ASSUMPTIONS.stream())
                        .toList(),
                run.problem(),
                run.trace());
    }
}
