package io.kvorum.simulator.world;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Now;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One engine process: stands for election, runs the controller while it is elected, and takes requests always. */
final class Replica {

    private static final long PAUSE_AFTER_FAILURE = 1_000_000_000L;

    final World world;
    final String name;
    final Life life;
    private final long monotonicOffset;
    long skewNanos;
    long touchNanos;
    private @Nullable Term term;
    private boolean busy;

    Replica(World world, String name) {
        this.world = world;
        this.name = name;
        this.life = new Life(world.agenda);
        this.monotonicOffset = world.dice.millis(0, 1_000_000) - 500_000_000_000L;
    }

    void start() {
        touchNanos = world.agenda.nanos();
        life.after(world.dice.millis(1, 50), () -> world.election.ping(this));
    }

    /** Its clocks: the wall clock may be wrong, the monotonic one counts from anywhere. */
    Now now() {
        return new Now(world.instant().plusNanos(skewNanos), world.agenda.nanos() + monotonicOffset);
    }

    boolean wantsToLead() {
        return term == null && !busy;
    }

    @Nullable
    Term term() {
        return term;
    }

    /** It holds the lock, as far as it knows. */
    void elected() {
        if (!wantsToLead()) {
            return;
        }
        busy = true;
        world.database.<Long>transact(name, life, () -> world.database.beginTerm(name), began -> {
            switch (began) {
                case Database.Answer.Committed<Long>(Long epoch) -> load(epoch);
                case Database.Answer.Error<Long>(String message) -> failed(message);
            }
        });
    }

    private void load(long epoch) {
        world.database.transact(name, life, world.database::load, loaded -> {
            switch (loaded) {
                case Database.Answer.Committed<java.util.List<io.kvorum.core.inventory.Entity>>(var entities) -> {
                    UUID id = world.names.id("term " + epoch + " of " + name);
                    Term begun = new Term(this, epoch, id, entities);
                    term = begun;
                    busy = false;
                    begun.start();
                }
                case Database.Answer.Error<java.util.List<io.kvorum.core.inventory.Entity>>(String message) ->
                    failed(message);
            }
        });
    }

    private void failed(String message) {
        world.trace.add(name + " cannot begin a term: " + message);
        life.after(PAUSE_AFTER_FAILURE, () -> {
            busy = false;
            world.election.release(this);
        });
    }

    /** The term is over; after an error it rests before it stands again. */
    void termEnded(Term ending, boolean error) {
        if (term != ending) {
            return;
        }
        term = null;
        busy = true;
        life.after(error ? PAUSE_AFTER_FAILURE : 1_000_000, () -> {
            busy = false;
            world.election.release(this);
        });
    }

    /** Its ZooKeeper client says that the connection is lost: the leader is interrupted. */
    void lostTouch() {
        Term running = term;
        if (running != null) {
            running.interrupt();
        }
    }

    /** A notification of the database. */
    void operationQueued() {
        Term running = term;
        if (running != null && world.database.reachableFrom(name)) {
            life.arrive(life.generation(), running::look);
        }
    }

    void cancelAsked(UUID operationId, String by) {
        Term running = term;
        if (running != null && world.database.reachableFrom(name)) {
            life.arrive(life.generation(), () -> running.offer(new Event.CancelRequested(operationId, by)));
        }
    }

    void crash() {
        if (life.alive()) {
            life.end();
            Term running = term;
            term = null;
            busy = false;
            if (running != null) {
                running.abandon();
            }
        }
    }

    void restart() {
        if (!life.alive()) {
            life.begin();
            start();
        }
    }
}
