package io.kvorum.server.leadership;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long this replica may still act as leader. ZooKeeper replaces a leader only when it has heard nothing of its
 * session for the session's whole time-out. So after each answer the replica may act for a little less than that,
 * counted on its own monotonic clock from the moment it asked: a replica that was paused, or is cut off, has stopped
 * before another can begin.
 */
public final class Tenure {

    /** Of the session's time-out: what clocks may differ in their rate is far less. */
    private static final double USABLE = 0.9;

    private final LongSupplier nanoTime;
    private final long usableNanos;
    private volatile long confirmedNanos;

    /**
     * @param askedNanos when ZooKeeper was asked, before it first confirmed the session
     * @param nanoTime a monotonic clock
     */
    Tenure(Duration sessionTimeout, long askedNanos, LongSupplier nanoTime) {
        this.usableNanos = (long) (sessionTimeout.toNanos() * USABLE);
        this.confirmedNanos = askedNanos;
        this.nanoTime = nanoTime;
    }

    /** ZooKeeper answered, in the same session, what it was asked at that moment. */
    void confirm(long askedNanos) {
        confirmedNanos = askedNanos;
    }

    /** Whether nobody else can lead yet. */
    public boolean holds() {
        return nanoTime.getAsLong() - confirmedNanos < usableNanos;
    }
}
