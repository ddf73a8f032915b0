package io.kvorum.core.inventory;

import io.kvorum.core.lifecycle.VmState;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a VM.
 *
 * @param hostId where it runs, or may be running; null only when it is proven to run nowhere
 * @param targetHostId where it is migrating to, and may already be running; else null
 * @param wantedRunning whether it was started and not asked to stop since: a VM that fell is restarted only then
 * @param memorySaved whether its storage domain holds the memory of an earlier run, to start from
 * @param leaseLeftBy a host that is proven to be off and may have left the VM's lease behind; else null
 * @param seat what it holds of its host's NUMA nodes; null where it floats
 * @param targetSeat the same of the host that it is migrating to
 * @param platform what it was last started on, which counts while it runs and while its memory is saved; null where
 *     nobody knows
 * @param targetClusterId the cluster of the host that it is migrating to, if that is another than its own; else null
 * @param growing what it is being given while it runs, which counts on its host already; else null
 */
public record VmStatus(
        VmState state,
        @Nullable String reason,
        @Nullable UUID hostId,
        @Nullable UUID targetHostId,
        boolean wantedRunning,
        boolean memorySaved,
        @Nullable Instant startedAt,
        @Nullable UUID leaseLeftBy,
        @Nullable Seat seat,
        @Nullable Seat targetSeat,
        @Nullable Platform platform,
        @Nullable UUID targetClusterId,
        @Nullable Growing growing) {

    /** The size that a VM grows to. */
    public record Growing(int sockets, long memoryBytes) {}

    /** On no seat. */
    public VmStatus(
            VmState state,
            @Nullable String reason,
            @Nullable UUID hostId,
            @Nullable UUID targetHostId,
            boolean wantedRunning,
            boolean memorySaved,
            @Nullable Instant startedAt,
            @Nullable UUID leaseLeftBy) {
        this(
                state,
                reason,
                hostId,
                targetHostId,
                wantedRunning,
                memorySaved,
                startedAt,
                leaseLeftBy,
                null,
                null,
                null,
                null,
                null);
    }

    public static VmStatus in(VmState state) {
        return new VmStatus(state, null, null, null, false, false, null, null);
    }

    /** Another state at the same place. */
    public VmStatus to(VmState newState, @Nullable String newReason) {
        return with(draft -> {
            draft.state = newState;
            draft.reason = newReason;
        });
    }

    /** Bound to that host only; on the seat that it has there, if it has one. */
    public VmStatus on(@Nullable UUID newHostId) {
        Seat there = newHostId == null ? null : newHostId.equals(hostId) ? seat : seatAt(newHostId);
        return on(newHostId, there);
    }

    private @Nullable Seat seatAt(UUID other) {
        return other.equals(targetHostId) ? targetSeat : null;
    }

    /** Bound to that host only, on that seat. */
    public VmStatus on(@Nullable UUID newHostId, @Nullable Seat newSeat) {
        return movingTo(null).with(draft -> {
            draft.hostId = newHostId;
            draft.seat = newSeat;
        });
    }

    /**
     * On its way to that host, on which that seat is kept for it; or, with null, on no way.
     *
     * @param newTargetClusterId the host's cluster if that is another than the VM's, else null
     */
    public VmStatus movingTo(
            @Nullable UUID newTargetId, @Nullable Seat newTargetSeat, @Nullable UUID newTargetClusterId) {
        return with(draft -> {
            draft.targetHostId = newTargetId;
            draft.targetSeat = newTargetSeat;
            draft.targetClusterId = newTargetClusterId;
        });
    }

    /** On its way to that host of its own cluster; or, with null, on no way. */
    public VmStatus movingTo(@Nullable UUID newTargetId) {
        return movingTo(newTargetId, null, null);
    }

    /** What it holds where it is being started: of the host that it is on its way to, else of the one it is bound to. */
    public @Nullable Seat seatAtStart() {
        return targetHostId != null ? targetSeat : seat;
    }

    public VmStatus wanted(boolean running) {
        return with(draft -> draft.wantedRunning = running);
    }

    public VmStatus saved(boolean memory) {
        return with(draft -> draft.memorySaved = memory);
    }

    public VmStatus startedAt(@Nullable Instant instant) {
        return with(draft -> draft.startedAt = instant);
    }

    /** Proven to run nowhere. */
    public VmStatus off(VmState newState, @Nullable String newReason) {
        return on(null, null).to(newState, newReason).startedAt(null).growing(null);
    }

    /** Being given so much where it runs; with null, nothing more than it has. */
    public VmStatus growing(@Nullable Growing aim) {
        return with(draft -> draft.growing = aim);
    }

    /** What it is started on now. */
    public VmStatus startedOn(Platform newPlatform) {
        return with(draft -> draft.platform = newPlatform);
    }

    /** Its lease may still be that host's, which is proven to be off. */
    public VmStatus leaseLeftBy(@Nullable UUID deadHostId) {
        return with(draft -> draft.leaseLeftBy = deadHostId);
    }

    private VmStatus with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new VmStatus(
                draft.state,
                draft.reason,
                draft.hostId,
                draft.targetHostId,
                draft.wantedRunning,
                draft.memorySaved,
                draft.startedAt,
                draft.leaseLeftBy,
                draft.seat,
                draft.targetSeat,
                draft.platform,
                draft.targetClusterId,
                draft.growing);
    }

    /** What becomes different in a copy. */
    private static final class Draft {
        VmState state;

        @Nullable
        String reason;

        @Nullable
        UUID hostId;

        @Nullable
        UUID targetHostId;

        boolean wantedRunning;
        boolean memorySaved;

        @Nullable
        Instant startedAt;

        @Nullable
        UUID leaseLeftBy;

        @Nullable
        Seat seat;

        @Nullable
        Seat targetSeat;

        @Nullable
        Platform platform;

        @Nullable
        UUID targetClusterId;

        @Nullable
        Growing growing;

        Draft(VmStatus status) {
            state = status.state;
            reason = status.reason;
            hostId = status.hostId;
            targetHostId = status.targetHostId;
            wantedRunning = status.wantedRunning;
            memorySaved = status.memorySaved;
            startedAt = status.startedAt;
            leaseLeftBy = status.leaseLeftBy;
            seat = status.seat;
            targetSeat = status.targetSeat;
            platform = status.platform;
            targetClusterId = status.targetClusterId;
            growing = status.growing;
        }
    }
}
