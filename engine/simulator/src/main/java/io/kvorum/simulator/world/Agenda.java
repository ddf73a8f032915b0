package io.kvorum.simulator.world;

import java.util.PriorityQueue;

/** What is still to happen, in the order of simulated time; things of one instant in the order they were planned. */
final class Agenda {

    private record Entry(long at, long order, Runnable what) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long nanos;
    private long order;

    /** Nanoseconds since the beginning. */
    long nanos() {
        return nanos;
    }

    void after(long delayNanos, Runnable what) {
        entries.add(new Entry(nanos + delayNanos, order++, what));
    }

    /** Lets the next thing happen; false if none is due by then, and then it is that time. */
    boolean step(long untilNanos) {
        Entry next = entries.peek();
        if (next == null || next.at() > untilNanos) {
            nanos = Math.max(nanos, untilNanos);
            return false;
        }
        entries.remove();
        nanos = next.at();
        next.what().run();
        return true;
    }
}
