package io.kvorum.core.controller;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What came of a command. */
public sealed interface CommandOutcome {

    /** Whether the host says that it did what was asked. */
    default boolean succeeded() {
        return this instanceof Done;
    }

    /** {@code detail} as the command promises, or null. */
    record Done(@Nullable Detail detail) implements CommandOutcome {}

    /** The host says that it could not. */
    record Failed(Reason reason, String message) implements CommandOutcome {}

    /** Nobody can say what the host did: no answer came within the limit. */
    record Unknown(String message) implements CommandOutcome {}

    /** The host is proven to be off: whatever it did, it does no longer. */
    record HostGone(String message) implements CommandOutcome {}

    /** For people; empty for a success. */
    default String words() {
        return switch (this) {
            case Done done -> "";
            case Failed failed -> failed.message();
            case Unknown unknown -> unknown.message();
            case HostGone gone -> gone.message();
        };
    }

    enum Reason {
        INVALID,
        NOT_FOUND,
        CONFLICT,
        NO_CAPACITY,
        HYPERVISOR,
        STORAGE,
        TIMED_OUT,
        ABORTED,
        INTERRUPTED,
        UNREACHABLE;

        /** Whether the host vouches that nothing was left behind. */
        public boolean definite() {
            return switch (this) {
                case INVALID, NOT_FOUND, CONFLICT, NO_CAPACITY, HYPERVISOR, STORAGE, ABORTED -> true;
                case TIMED_OUT, INTERRUPTED, UNREACHABLE -> false;
            };
        }
    }

    sealed interface Detail {}

    record VmDetail(UUID vmId, VmRunState state) implements Detail {}

    record MigrationDetail(Duration totalTime, Duration downtime, long transferredBytes) implements Detail {}

    record DiskDetail(long sizeBytes, long allocatedBytes) implements Detail {}

    record StorageDetail(long capacityBytes, long availableBytes) implements Detail {}

    record PowerDetail(boolean on) implements Detail {}

    record ProbeDetail(ProbeAnswer answer) implements Detail {}

    /** What one host finds where another one's agent should be. */
    enum ProbeAnswer {
        /** That agent answered and proved who it is. */
        REACHABLE,
        /** Something answered, but not that agent. */
        REFUSED,
        NO_ANSWER
    }
}
