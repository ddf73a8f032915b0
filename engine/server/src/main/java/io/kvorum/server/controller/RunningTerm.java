package io.kvorum.server.controller;

import io.kvorum.core.controller.Controller;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Now;
import io.kvorum.core.inventory.Change;
import io.kvorum.server.agents.AgentConnections;
import io.kvorum.server.persistence.InventoryStore;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * What the controller asks for in one term of leadership, done in order.
 *
 * <ol>
 *   <li>Store the changes of several events in one transaction that proves the term; those of one event are never parted.
 *   <li>Only then perform their other effects: commands, timers, connections.
 * </ol>
 */
final class RunningTerm {

    /** Changes that are not stored yet, at most; one event may make more of them. */
    private static final int CHANGES_AT_ONCE = 1000;

    private final long number;
    private final BooleanSupplier tenure;
    private final Controller controller;
    private final InventoryStore store;
    private final AgentConnections agents;
    private final EventTimers timers;
    private final List<Change> changes = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();

    /** @param tenure whether it is certain that nobody else leads yet */
    RunningTerm(
            long number,
            BooleanSupplier tenure,
            Controller controller,
            InventoryStore store,
            AgentConnections agents,
            EventTimers timers) {
        this.number = number;
        this.tenure = tenure;
        this.controller = controller;
        this.store = store;
        this.agents = agents;
        this.timers = timers;
    }

    Controller controller() {
        return controller;
    }

    void start() throws SQLException {
        gather(controller.start(now()));
        settle();
    }

    /** Decides. What is decided is done when enough has come together, at the latest with the next {@link #settle}. */
    void handle(Event event) throws SQLException {
        gather(controller.handle(event, now()));
        if (changes.size() >= CHANGES_AT_ONCE) {
            settle();
        }
    }

    private void gather(List<Effect> decided) {
        for (Effect effect : decided) {
            if (effect instanceof Effect.Persist(List<Change> some)) {
                changes.addAll(some);
            } else {
                effects.add(effect);
            }
        }
    }

    /** Does all that was decided. */
    void settle() throws SQLException {
        if (!changes.isEmpty()) {
            store.persist(number, changes);
            LeaderLog.tell(changes);
            changes.clear();
        }
        if (!tenure.getAsBoolean()) {
            throw new IllegalStateException("Term " + number + " ends: ZooKeeper has not confirmed it in time");
        }
        effects.forEach(this::perform);
        effects.clear();
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Persist persist -> throw new IllegalStateException("It is stored before anything is performed");
            case Effect.SendCommand command -> agents.send(command);
            case Effect.ForgetCommand(UUID commandId) -> agents.forget(commandId);
            case Effect.AbortMigration abort -> agents.abort(abort);
            case Effect.Connect connect -> agents.connect(connect);
            case Effect.Disconnect(UUID hostId) -> agents.disconnect(hostId);
            case Effect.StartTimer(var timer, var delay) -> timers.start(timer, delay);
            case Effect.CancelTimer(var timer) -> timers.cancel(timer);
        }
    }

    static Now now() {
        return new Now(Instant.now().truncatedTo(ChronoUnit.MICROS), System.nanoTime());
    }
}
