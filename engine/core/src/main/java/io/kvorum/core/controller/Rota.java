package io.kvorum.core.controller;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/**
 * Deals what wants a long look once a round over the ticks of that round, so that no turn has to look at everything. What
 * comes in the middle of a round has its turn in the next one.
 */
public final class Rota {

    private final int ticks;
    private final Deque<UUID> left = new ArrayDeque<>();
    private int ticksLeft;

    /** @param ticks of one round */
    public Rota(int ticks) {
        this.ticks = ticks;
    }

    /** Whose turn it is at this tick, of all that there are now. */
    public List<UUID> next(Collection<UUID> all) {
        if (ticksLeft == 0) {
            ticksLeft = ticks;
            left.addAll(all);
        }
        List<UUID> now = new ArrayList<>();
        int share = Math.ceilDiv(left.size(), ticksLeft);
        ticksLeft--;
        while (now.size() < share) {
            UUID one = left.remove();
            if (all.contains(one)) {
                now.add(one);
            } else {
                share--;
            }
        }
        return now;
    }
}
