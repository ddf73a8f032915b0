package io.kvorum.core.balancing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How long a VM that has moved stays where it is, so that no VM travels without end: after its first move of a day it may
 * go on at once, after the second it rests for {@link #REST}, after the third for twice as long, and so on.
 */
public final class TravelRest {

    static final Duration REST = Duration.ofHours(3);
    private static final Duration MEMORY = Duration.ofHours(24);

    private final Deque<Long> movesNanos = new ArrayDeque<>();

    /** It moves now; the clock counts from anywhere, and only forward. */
    public void moved(long nowNanos) {
        movesNanos.add(nowNanos);
    }

    /** Whether it may move for the sake of others. */
    public boolean rested(long nowNanos) {
        movesNanos.removeIf(moved -> nowNanos - moved >= MEMORY.toNanos());
        return movesNanos.isEmpty() || nowNanos - movesNanos.getLast() >= REST.toNanos() * (movesNanos.size() - 1);
    }
}
