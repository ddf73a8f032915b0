package io.kvorum.core.availability;

import org.jspecify.annotations.Nullable;

/** What liveness remembers of a host; times of the monotonic clock, which counts from anywhere. */
final class HostWatch {
    long heardNanos;
    long doubtNanos;
    long nextFenceNanos;
    int foundAlive;

    /** Whether others were asked for it since it was last heard. */
    boolean askedFor;

    /** When it was switched on, or known to boot; null once it was up since. */
    @Nullable
    Long startingNanos;

    @Nullable
    String excuse;

    /** Nothing may begin at zero. */
    HostWatch(long now) {
        heardNanos = now;
        doubtNanos = now;
        nextFenceNanos = now;
    }

    void heard(long now) {
        heardNanos = now;
        askedFor = false;
    }

    /** Was heard then, unless it was heard since. */
    void arrived(long then) {
        if (then - heardNanos > 0) {
            heard(then);
        }
    }
}
