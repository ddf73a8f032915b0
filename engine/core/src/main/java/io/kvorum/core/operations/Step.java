package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing an operation does. It is stored before it is begun and after it has ended.
 *
 * @param commandId the key under which the host keeps the outcome; null for a step that waits for child operations
 * @param command what the host is asked; null for a step that waits for child operations, or for its limit to be over
 * @param limit how long it may take; when it is over, the outcome is unknown and the step has ended
 */
public record Step(
        String name,
        StepState state,
        @Nullable UUID commandId,
        @Nullable UUID hostId,
        @Nullable AgentCommand command,
        Duration limit,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable CommandOutcome outcome) {

    public enum StepState {
        RUNNING,
        DONE,
        FAILED
    }

    /** The step with what came of it. */
    public Step ended(CommandOutcome newOutcome, Instant now) {
        StepState newState = newOutcome.succeeded() ? StepState.DONE : StepState.FAILED;
        return new Step(name, newState, commandId, hostId, command, limit, startedAt, now, newOutcome);
    }

    Step withoutCommand() {
        return new Step(name, state, commandId, hostId, null, limit, startedAt, endedAt, outcome);
    }

    /** A step of child operations that have all ended. */
    public Step joined(Instant now) {
        return new Step(name, StepState.DONE, commandId, hostId, command, limit, startedAt, now, null);
    }
}
