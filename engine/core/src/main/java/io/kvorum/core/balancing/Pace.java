package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Something that is done for each of many things now and then, the first time after a period. */
final class Pace {

    private final Duration period;
    private final Map<UUID, Long> doneNanos = new HashMap<>();

    Pace(Duration period) {
        this.period = period;
    }

    /** Whether it is due; if so, it is not again before the period is over. */
    boolean due(Turn turn, UUID id) {
        long last = doneNanos.computeIfAbsent(id, key -> turn.nanos());
        boolean due = turn.nanos() - last >= period.toNanos();
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
