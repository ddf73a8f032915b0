package io.kvorum.simulator.world;

import java.util.ArrayList;
import java.util.List;

/**
 * The life of a process or a kernel. What it has planned happens only in the life it was planned in; while it is paused,
 * everything waits.
 */
final class Life {

    private final Agenda agenda;
    private final List<Runnable> held = new ArrayList<>();
    private int generation;
    private boolean alive = true;
    private int pauses;

    Life(Agenda agenda) {
        this.agenda = agenda;
    }

    /** Tells one life from the next. */
    int generation() {
        return generation;
    }

    boolean alive() {
        return alive;
    }

    /** Whether it lives and is not paused. */
    boolean running() {
        return alive && pauses == 0;
    }

    void after(long nanos, Runnable what) {
        int mine = generation;
        agenda.after(nanos, () -> arrive(mine, what));
    }

    /** At once, or when it goes on, or never if that life is over. */
    void arrive(int life, Runnable what) {
        if (life != generation || !alive) {
            return;
        }
        if (pauses > 0) {
            held.add(what);
        } else {
            what.run();
        }
    }

    void pause() {
        pauses++;
    }

    void resume() {
        if (pauses == 0 || --pauses > 0) {
            return;
        }
        List<Runnable> waiting = List.copyOf(held);
        held.clear();
        waiting.forEach(what -> after(0, what));
    }

    void end() {
        alive = false;
        generation++;
        pauses = 0;
        held.clear();
    }

    void begin() {
        alive = true;
        generation++;
        held.clear();
    }
}
