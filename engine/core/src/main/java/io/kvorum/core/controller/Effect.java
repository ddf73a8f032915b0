package io.kvorum.core.controller;

import io.kvorum.core.inventory.Change;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Something for the shell to do, as data. Effects that follow a {@link Persist} wait for its transaction to commit. */
public sealed interface Effect {

    /** In one transaction that also proves that this replica still leads. */
    record Persist(List<Change> changes) implements Effect {
        public Persist {
            changes = List.copyOf(changes);
        }
    }

    /** Until the limit is over, again and again under the same id while the host does not answer. */
    record SendCommand(UUID operationId, UUID commandId, UUID hostId, AgentCommand command, Duration limit)
            implements Effect {}

    /** Nobody waits for that command any more. */
    record ForgetCommand(UUID commandId) implements Effect {}

    /** Ask the host to stop a migration that an operation waits for. */
    record AbortMigration(UUID hostId, UUID vmId, UUID operationId) implements Effect {}

    /** Dial the host and keep dialling. */
    record Connect(UUID hostId, String address, int port) implements Effect {}

    record Disconnect(UUID hostId) implements Effect {}

    record StartTimer(Timer timer, Duration delay) implements Effect {}

    record CancelTimer(Timer timer) implements Effect {}
}
