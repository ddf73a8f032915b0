package io.kvorum.core.operations;

import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.HostGone;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.CommandOutcome.Unknown;
import io.kvorum.core.controller.CommandOutcome.VmDetail;

/** What the answer to a {@code QueryVm} proves about a VM on that host. */
enum VmFate {
    RUNNING,
    PAUSED,
    /** Proven not to run there. */
    ABSENT,
    /** A copy that will never run is in the way; where the VM runs is not proven. */
    LEFT_BEHIND,
    /** Part of its memory is there, and part on another host. */
    TORN,
    /** Nothing is proven. */
    IN_DOUBT;

    static VmFate of(CommandOutcome outcome) {
        return switch (outcome) {
            case Done(VmDetail(var id, var state)) ->
                switch (state) {
                    case RUNNING, SHUTTING_DOWN -> RUNNING;
                    case PAUSED, PAUSED_IO_ERROR -> PAUSED;
                    case OFF, CRASHED, SUSPENDED -> ABSENT;
                    case LEFT_BEHIND -> LEFT_BEHIND;
                    case TORN -> TORN;
                    // It comes up, or is being moved in: it may run the next moment, or be gone.
                    case MIGRATING_IN -> IN_DOUBT;
                };
            case Done done -> IN_DOUBT;
            case Failed failed -> failed.reason() == Reason.NOT_FOUND ? ABSENT : IN_DOUBT;
            case HostGone gone -> ABSENT;
            case Unknown unknown -> IN_DOUBT;
        };
    }
}
