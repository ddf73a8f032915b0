package io.kvorum.core.operations;

/** How far an operation has come. */
public enum OperationState {
    /** Accepted and stored; the leader has not looked at it yet. */
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** Ended before it changed anything. */
    REFUSED,
    CANCELLED;

    public boolean ended() {
        return this != QUEUED && this != RUNNING;
    }
}
