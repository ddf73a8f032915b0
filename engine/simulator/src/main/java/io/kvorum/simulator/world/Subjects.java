package io.kvorum.simulator.world;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** One command at a time on each VM or disk. */
final class Subjects {

    private final Life life;
    private final Map<UUID, Deque<Runnable>> waiting = new HashMap<>();

    Subjects(Life life) {
        this.life = life;
    }

    void clear() {
        waiting.clear();
    }

    /** Runs the work when the subject is free, with what gives it back; or the other if that takes too long. */
    void exclusively(UUID subject, long patienceNanos, Consumer<Runnable> work, Runnable tooLate) {
        boolean[] settled = {false};
        Runnable begin = () -> {
            settled[0] = true;
            work.accept(() -> next(subject));
        };
        Deque<Runnable> others = waiting.get(subject);
        if (others == null) {
            waiting.put(subject, new ArrayDeque<>());
            begin.run();
            return;
        }
        others.add(begin);
        life.after(Math.max(0, patienceNanos), () -> {
            if (!settled[0] && others.remove(begin)) {
                settled[0] = true;
                tooLate.run();
            }
        });
    }

    private void next(UUID subject) {
        Deque<Runnable> others = waiting.get(subject);
        if (others == null) {
            return;
        }
        Runnable next = others.poll();
        if (next == null) {
            waiting.remove(subject);
        } else {
            next.run();
        }
    }
}
