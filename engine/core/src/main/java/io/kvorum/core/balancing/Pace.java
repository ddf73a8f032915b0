package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Something that is done for each of many things now and then. */
final class Pace {

    private final Duration period;
    private final boolean waitsAtFirst;
    private final Map<UUID, Long> doneNanos = new HashMap<>();

    private Pace(Duration period, boolean waitsAtFirst) {
        this.period = period;
        this.waitsAtFirst = waitsAtFirst;
    }

    /** The first time at once. */
    static Pace atOnce(Duration period) {
        return new Pace(period, false);
    }

    /** The first time after a period. */
    static Pace waiting(Duration period) {
        return new Pace(period, true);
    }

    /** Whether it is due; if so, it is not again before the period is over. */
    boolean due(Turn turn, UUID id) {
        Long last = doneNanos.get(id);
        boolean due = last == null ? !waitsAtFirst : turn.nanos() - last >= period.toNanos();
        if (last == null) {
            doneNanos.put(id, turn.nanos());
        }
        if (due) {
            doneNanos.put(id, turn.nanos());
        }
        return due;
    }

    /** As if it were done now. */
    void done(Turn turn, UUID id) {
        doneNanos.put(id, turn.nanos());
    }
}
