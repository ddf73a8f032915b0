package io.kvorum.core.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An ordered plan of moves between the hosts of a cluster: proposed, reviewed where the cluster's policy asks for it, and then
 * carried out move by move. It may end after any of its moves.
 *
 * @param reason why it was made, in words
 * @param outcome how it ended, in words; null while it is open
 * @param switches hosts that are switched off once the moves are made
 * @param rolling of a plan to maintain hosts, which has no moves of its own; else null
 */
public record BalancingPlan(
        UUID id,
        UUID clusterId,
        String name,
        PlanState state,
        String reason,
        @Nullable String outcome,
        List<PlanMove> moves,
        Meta meta,
        List<PlanSwitch> switches,
        @Nullable RollingMaintenance rolling)
        implements Entity {

    /** Of moves. */
    public BalancingPlan(
            UUID id,
            UUID clusterId,
            String name,
            PlanState state,
            String reason,
            @Nullable String outcome,
            List<PlanMove> moves,
            Meta meta,
            List<PlanSwitch> switches) {
        this(id, clusterId, name, state, reason, outcome, moves, meta, switches, null);
    }

    public BalancingPlan {
        moves = List.copyOf(moves);
        switches = switches == null ? List.of() : List.copyOf(switches); // stored before hosts were switched off
    }

    @Override
    public Kind kind() {
        return Kind.BALANCING_PLAN;
    }

    @Override
    public BalancingPlan withMeta(Meta newMeta) {
        return new BalancingPlan(id, clusterId, name, state, reason, outcome, moves, newMeta, switches, rolling);
    }

    public BalancingPlan to(PlanState newState, @Nullable String newOutcome) {
        return new BalancingPlan(id, clusterId, name, newState, reason, newOutcome, moves, meta, switches, rolling);
    }

    public BalancingPlan withMoves(List<PlanMove> newMoves) {
        return new BalancingPlan(id, clusterId, name, state, reason, outcome, newMoves, meta, switches, rolling);
    }

    /** The plan with what became of switching off that host. */
    public BalancingPlan with(UUID hostId, SwitchState newState, @Nullable String note, @Nullable Instant endedAt) {
        List<PlanSwitch> changed = switches.stream()
                .map(one -> one.hostId().equals(hostId)
                        ? new PlanSwitch(hostId, one.hostName(), newState, note, endedAt)
                        : one)
                .toList();
        return new BalancingPlan(id, clusterId, name, state, reason, outcome, moves, meta, changed, rolling);
    }

    /** The plan with the move of that VM changed. */
    public BalancingPlan with(UUID vmId, UnaryOperator<PlanMove> change) {
        return withMoves(moves.stream()
                .map(move -> move.vmId().equals(vmId) ? change.apply(move) : move)
                .toList());
    }

    /** The plan with its hosts as they are now. */
    public BalancingPlan with(RollingMaintenance now) {
        return new BalancingPlan(id, clusterId, name, state, reason, outcome, moves, meta, switches, now);
    }

    public boolean open() {
        return state == PlanState.PROPOSED || state == PlanState.RUNNING || state == PlanState.PAUSED;
    }

    /** What becomes of a plan. */
    public enum PlanState {
        /** Waits for an operator. */
        PROPOSED,
        RUNNING,
        /** It goes on with what it has begun, and begins nothing, until an operator resumes it. */
        PAUSED,
        /** Every move was made or left out, each for a reason that it carries. */
        DONE,
        REJECTED,
        /** An operator ended it before its end. */
        ABORTED,
        /** Nobody decided in time, or the cluster is not balanced any more. */
        OUTDATED
    }

    public enum MoveState {
        PLANNED,
        MOVING,
        MOVED,
        FAILED,
        /** It would not have helped any more, or was not possible. */
        SKIPPED,
        /** An operator wanted it so. */
        LEFT_OUT;

        public boolean open() {
            return this == PLANNED || this == MOVING;
        }
    }

    /** What a move is for; decides what is asked of it again before it is made. */
    public enum MovePurpose {
        EVEN_OUT,
        EMPTY_HOST,
        REPAIR_AFFINITY
    }

    public enum SwitchState {
        PLANNED,
        SWITCHING,
        SWITCHED_OFF,
        FAILED,
        /** It is needed after all, or was not empty. */
        SKIPPED;

        public boolean open() {
            return this == PLANNED || this == SWITCHING;
        }
    }

    /**
     * A host that power saving switches off.
     *
     * @param note why it was not
     * @param endedAt null while it is open
     */
    public record PlanSwitch(
            UUID hostId,
            String hostName,
            SwitchState state,
            @Nullable String note,
            @Nullable Instant endedAt) {}

    /**
     * How much of a host's CPUs and memory is in use, each 0 to 1.
     *
     * @param disk likewise of what its disks carry; null if that is not known
     * @param network likewise of its network
     */
    public record HostUse(
            double cpu,
            double memory,
            @Nullable Double disk,
            @Nullable Double network) {

        /** Of which no more is known. */
        public HostUse(double cpu, double memory) {
            this(cpu, memory, null, null);
        }
    }

    /** What is expected of a host: its use before a move and after it, if the moves before it have been made. */
    public record HostChange(UUID hostId, String hostName, HostUse before, HostUse after) {

        private String words() {
            return hostName + " CPU " + words(before.cpu(), after.cpu())
                    + ", memory " + words(before.memory(), after.memory())
                    + words(", disks ", before.disk(), after.disk())
                    + words(", network ", before.network(), after.network());
        }

        private static String words(String name, @Nullable Double from, @Nullable Double to) {
            return from == null || to == null ? "" : name + words(from.doubleValue(), to.doubleValue());
        }

        private static String words(double from, double to) {
            return String.format(Locale.ROOT, "%.0f → %.0f %%", from * 100, to * 100);
        }
    }

    /**
     * One move.
     *
     * @param costBytes that are expected to be copied
     * @param costMillis that it is expected to take
     * @param downtimeMillis in which the guest is expected to stand still
     * @param note why it was not made
     * @param endedAt null while it is open
     */
    public record PlanMove(
            UUID vmId,
            String vmName,
            HostChange from,
            HostChange to,
            long costBytes,
            long costMillis,
            long downtimeMillis,
            MoveState state,
            @Nullable String note,
            @Nullable Instant endedAt,
            MovePurpose purpose) {

        public PlanMove {
            if (purpose == null) {
                purpose = MovePurpose.EVEN_OUT; // stored before there were others
            }
        }

        public PlanMove moving() {
            return new PlanMove(
                    vmId,
                    vmName,
                    from,
                    to,
                    costBytes,
                    costMillis,
                    downtimeMillis,
                    MoveState.MOVING,
                    null,
                    null,
                    purpose);
        }

        public PlanMove ended(MoveState newState, @Nullable String newNote, Instant now) {
            return new PlanMove(
                    vmId, vmName, from, to, costBytes, costMillis, downtimeMillis, newState, newNote, now, purpose);
        }

        /** Such as "move db-2 from h3 to h7: h3 CPU 91 → 74 %, memory 60 → 52 %; h7 CPU 38 → 52 %, …; cost 3.1 GB, 11 s". */
        public String words() {
            return String.format(
                    Locale.ROOT,
                    "move %s from %s to %s: %s; %s; cost %.1f GB, %d s",
                    vmName,
                    from.hostName(),
                    to.hostName(),
                    from.words(),
                    to.words(),
                    costBytes / 1e9,
                    Math.max(1, Math.round(costMillis / 1000.0)));
        }
    }
}
