package io.kvorum.core.controller;

import java.util.UUID;

/** A timer; equal timers are the same timer. */
public sealed interface Timer {

    /** Liveness of hosts, restarts that are due, operations that wait for others. */
    record Liveness() implements Timer {}

    record Balancing() implements Timer {}

    record StorageCheck() implements Timer {}

    /** Whether clusters could lose the hosts that they shall be able to lose. */
    record FailoverCapacity() implements Timer {}

    /** The limit of an operation's current step. */
    record StepLimit(UUID operationId, UUID commandId) implements Timer {}

    /** An upload that nobody finished. */
    record UploadLimit(UUID imageId) implements Timer {}
}
