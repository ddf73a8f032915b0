package io.kvorum.simulator.world;

import io.kvorum.core.controller.Controller;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Timer;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.operations.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The shell of the controller for one term, as the engine's own: take what waits, store the changes of all of it in one
 * transaction that proves the term, and only then do the rest. A transaction that fails, or may have, ends the term.
 */
final class Term {

    private static final int BATCH_LIMIT = 500;
    private static final long LOOK_PERIOD = 1_000_000_000L;

    final Replica replica;
    final long epoch;
    final Life life;
    private final World world;
    private final Controller controller;
    private final Deque<Event> queue = new ArrayDeque<>();
    private final Map<Timer, Integer> timers = new HashMap<>();
    private final Map<UUID, Long> arrivals = new HashMap<>();
    private final HostLines lines;
    private boolean lookDue;
    private boolean wakeDue;
    private boolean busy;
    private boolean ended;
    private boolean interrupted;
    private boolean deposed;
    private int timerCount;

    Term(Replica replica, long epoch, UUID id, List<Entity> stored) {
        this.replica = replica;
        this.epoch = epoch;
        this.world = replica.world;
        this.life = replica.life;
        this.controller = new Controller(new Inventory(stored), world.setup.settings(), id, this::arrived);
        this.lines = new HostLines(this);
    }

    void start() {
        world.trace.add(replica.name + " leads");
        List<Effect> first = guarded(() -> controller.start(replica.now()));
        lookDue = true;
        perform(first);
        life.after(LOOK_PERIOD, this::poll);
    }

    private void poll() {
        if (!ended) {
            look();
            life.after(LOOK_PERIOD, this::poll);
        }
    }

    boolean over() {
        return ended;
    }

    void offer(Event event) {
        if (!ended) {
            switch (event) {
                case Event.HostHeard heard ->
                    arrivals.put(heard.hostId(), replica.now().monotonicNanos());
                case Event.HostGreeted greeted ->
                    arrivals.put(greeted.hostId(), replica.now().monotonicNanos());
                default -> {}
            }
            queue.add(event);
            wake();
        }
    }

    private OptionalLong arrived(UUID hostId) {
        Long at = arrivals.get(hostId);
        return at == null ? OptionalLong.empty() : OptionalLong.of(at);
    }

    /** Looks for operations that nobody has begun: when told to, and now and then. */
    void look() {
        if (!ended) {
            lookDue = true;
            wake();
        }
    }

    void interrupt() {
        interrupted = true;
        wake();
    }

    void depose(String why) {
        if (!deposed && !ended) {
            deposed = true;
            world.trace.add(replica.name + " is deposed: " + why);
            wake();
        }
    }

    private void wake() {
        if (!wakeDue && !busy && !ended) {
            wakeDue = true;
            life.after(world.dice.micros(10, 200), this::turn);
        }
    }

    private void turn() {
        wakeDue = false;
        if (ended || busy) {
            return;
        }
        if (interrupted || deposed) {
            end(false, deposed ? "deposed" : "interrupted");
            return;
        }
        List<Effect> effects = new ArrayList<>();
        if (lookDue) {
            lookDue = false;
            if (!world.database.reachableFrom(replica.name)) {
                end(true, "cannot read the database");
                return;
            }
            for (Operation operation : world.database.queued()) {
                effects.addAll(handle(new Event.OperationSubmitted(operation)));
            }
        }
        for (int i = 0; i < BATCH_LIMIT && !queue.isEmpty(); i++) {
            effects.addAll(handle(queue.remove()));
        }
        perform(effects);
    }

    private List<Effect> handle(Event event) {
        return guarded(() -> controller.handle(event, replica.now()));
    }

    private static List<Effect> guarded(java.util.function.Supplier<List<Effect>> turn) {
        try {
            return turn.get();
        } catch (RuntimeException e) {
            Violation violation = new Violation("controller-threw", String.valueOf(e.getMessage()));
            violation.initCause(e);
            throw violation;
        }
    }

    private void perform(List<Effect> effects) {
        List<Change> changes = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Persist(List<Change> some)) {
                changes.addAll(some);
            }
        }
        if (changes.isEmpty()) {
            carryOut(effects);
            return;
        }
        busy = true;
        world.database.<Boolean>transact(
                replica.name,
                life,
                () -> {
                    world.database.persist(replica.name, epoch, changes);
                    return true;
                },
                answer -> {
                    busy = false;
                    switch (answer) {
                        case Database.Answer.Committed<Boolean> committed -> carryOut(effects);
                        case Database.Answer.Error<Boolean>(String message) -> end(true, message);
                    }
                });
    }

    private void carryOut(List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Persist persist -> {}
                case Effect.SendCommand command -> lines.send(command);
                case Effect.ForgetCommand(UUID commandId) -> lines.forget(commandId);
                case Effect.AbortMigration abort -> lines.abort(abort);
                case Effect.Connect connect -> lines.connect(connect.hostId());
                case Effect.Disconnect(UUID hostId) -> lines.disconnect(hostId);
                case Effect.StartTimer(Timer timer, var delay) -> startTimer(timer, delay.toNanos());
                case Effect.CancelTimer(Timer timer) -> timers.remove(timer);
            }
        }
        if (!queue.isEmpty() || lookDue || interrupted || deposed) {
            wake();
        }
    }

    private void startTimer(Timer timer, long delay) {
        int token = ++timerCount;
        timers.put(timer, token);
        life.after(delay, () -> {
            if (timers.remove(timer, token)) {
                offer(new Event.TimerFired(timer));
            }
        });
    }

    private void end(boolean error, String why) {
        world.trace.add(replica.name + " ends term " + epoch + ": " + why);
        abandon();
        replica.termEnded(this, error);
    }

    /** Nothing more is sent, nothing more is told. */
    void abandon() {
        ended = true;
        queue.clear();
        timers.clear();
        lines.end();
    }

    @Nullable
    UUID operationOf(UUID commandId) {
        return lines.operationOf(commandId);
    }
}
