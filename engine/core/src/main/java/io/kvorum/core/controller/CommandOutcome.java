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

    /** Whether it is an upgrade that takes effect with the host's next boot only. */
    default boolean wantsReboot() {
        return this instanceof Done(UpgradeDetail detail) && detail.rebootRequired();
    }

    /** {@code detail} as the command promises, or null. */
    record Done(@Nullable Detail detail) implements CommandOutcome {}

    /** The host says that it could not; {@code detail} as the reason promises, or null. */
    record Failed(Reason reason, String message, @Nullable Detail detail) implements CommandOutcome {

        public Failed(Reason reason, String message) {
            this(reason, message, null);
        }
    }

    /** Whether the host says that it could not, for that reason. */
    default boolean failedFor(Reason reason) {
        return this instanceof Failed failed && failed.reason() == reason;
    }

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
        UNREACHABLE,
        /** Another host holds the VM's lease, or may still hold it; with a {@link HolderDetail} where it is known which. */
        LEASE_HELD;

        /** Whether the host vouches that nothing was left behind. */
        public boolean definite() {
            return switch (this) {
                case INVALID, NOT_FOUND, CONFLICT, NO_CAPACITY, HYPERVISOR, STORAGE, ABORTED, LEASE_HELD -> true;
                case TIMED_OUT, INTERRUPTED, UNREACHABLE -> false;
            };
        }
    }

    sealed interface Detail {}

    record VmDetail(UUID vmId, VmRunState state) implements Detail {}

    /**
     * How a migration went.
     *
     * @param dirtiedBytesPerSecond the most that the guest was seen to write to its memory; 0 where one pass over it was enough,
     *     negative where nobody could see it
     */
    record MigrationDetail(Duration totalTime, Duration downtime, long transferredBytes, long dirtiedBytesPerSecond)
            implements Detail {}

    record DiskDetail(long sizeBytes, long allocatedBytes) implements Detail {}

    record StorageDetail(long capacityBytes, long availableBytes) implements Detail {}

    record PowerDetail(boolean on) implements Detail {}

    /** {@code lastLines}: what the upgrade said last, for people. */
    record UpgradeDetail(boolean rebootRequired, String lastLines) implements Detail {}

    record ProbeDetail(ProbeAnswer answer) implements Detail {}

    /**
     * A member of a lockspace.
     *
     * @param timestamp as it stands on the storage; a change proves that the member renews
     * @param freeIn until its leases are free, if it does not renew again
     */
    record MemberDetail(MemberState state, long generation, long timestamp, Duration freeIn, Duration ioTimeout)
            implements Detail {}

    /** Who holds a lease, by its id in the lockspace. */
    record HolderDetail(int leaseId) implements Detail {}

    enum MemberState {
        /** Too little is known yet. */
        UNKNOWN,
        LIVE,
        /** It missed renewals, and may still run guests. */
        FAIL,
        /** Its leases are free. */
        DEAD,
        /** It left, and its leases are free. */
        FREE;

        /** Whether another host can take its leases. */
        public boolean expired() {
            return this == DEAD || this == FREE;
        }
    }

    /** What one host finds where another one's agent should be. */
    enum ProbeAnswer {
        /** That agent answered and proved who it is. */
        REACHABLE,
        /** Something answered, but not that agent. */
        REFUSED,
        NO_ANSWER
    }
}
