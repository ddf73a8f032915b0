package io.kvorum.simulator.world;

import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL promises: a transaction commits as a whole or not at all, one after the other. Its caller hears of it,
 * or hears an error, and then it may have committed all the same.
 */
final class Database {

    static final String NAME = "db";

    /** What a caller hears. */
    sealed interface Answer<T> {
        record Committed<T>(T result) implements Answer<T> {}

        record Error<T>(String message) implements Answer<T> {}
    }

    /** A transaction that refuses itself. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private static final long CONNECTION_LIMIT = 10_000_000_000L;

    private final World world;
    private final Map<UUID, Entity> rows = new LinkedHashMap<>();
    private final Map<UUID, Operation> queued = new LinkedHashMap<>();
    private final Map<UUID, Operation> ended = new LinkedHashMap<>();
    private final Map<String, UUID> keys = new HashMap<>();
    private final List<LogEntry> log = new ArrayList<>();
    private long epoch;
    private String leader = "";
    private int downs;
    int slow;
    int unknownCommits;

    Database(World world, Collection<? extends Entity> entities) {
        this.world = world;
        entities.forEach(
                entity -> rows.put(entity.id(), entity.withMeta(entity.meta().next(World.EPOCH))));
    }

    // ---- what it holds

    long epoch() {
        return epoch;
    }

    String leader() {
        return leader;
    }

    @Nullable
    Entity row(UUID id) {
        return rows.get(id);
    }

    Collection<Entity> rows() {
        return rows.values();
    }

    Map<UUID, Operation> ended() {
        return ended;
    }

    List<LogEntry> log() {
        return log;
    }

    @Nullable
    Operation operation(UUID id) {
        Operation done = ended.get(id);
        return done != null ? done : (Operation) rows.get(id);
    }

    boolean reachableFrom(String who) {
        return downs == 0 && world.network.openBothWays(who, NAME);
    }

    void down() {
        downs++;
    }

    void up() {
        downs = Math.max(0, downs - 1);
    }

    void heal() {
        downs = 0;
        slow = 0;
        unknownCommits = 0;
    }

    // ---- transactions

    /** Runs a transaction for a process; what comes of it arrives in the life that asked. */
    <T> void transact(String who, Life life, Supplier<T> work, Consumer<Answer<T>> heard) {
        int mine = life.generation();
        boolean[] answered = {false};
        Consumer<Answer<T>> once = answer -> {
            if (!answered[0]) {
                answered[0] = true;
                life.arrive(mine, () -> heard.accept(answer));
            }
        };
        if (downs > 0 && world.network.openBothWays(who, NAME)) {
            world.agenda.after(
                    world.dice.millis(1, 20),
                    () -> once.accept(new Answer.Error<>("The database refuses connections")));
            return;
        }
        world.agenda.after(
                CONNECTION_LIMIT + world.dice.millis(0, 500),
                () -> once.accept(new Answer.Error<>("The connection to the database broke")));
        world.agenda.after(world.network.delay() + work(), () -> {
            if (!world.network.open(who, NAME)) {
                return;
            }
            if (downs > 0) {
                once.accept(new Answer.Error<>("The database is going down"));
                return;
            }
            boolean hidden = unknownCommits > 0 && unknownCommits-- > 0;
            if (hidden && world.dice.chance(0.5)) {
                world.trace.add("db loses a transaction of " + who);
                once.accept(new Answer.Error<>("An I/O error occurred while sending to the backend"));
                return;
            }
            Answer<T> answer;
            try {
                answer = new Answer.Committed<>(work.get());
            } catch (Refused e) {
                answer = new Answer.Error<>(String.valueOf(e.getMessage()));
            }
            if (hidden) {
                world.trace.add("db commits for " + who + " and does not say so");
                once.accept(new Answer.Error<>("An I/O error occurred while sending to the backend"));
                return;
            }
            Answer<T> told = answer;
            world.agenda.after(world.network.delay(), () -> {
                if (world.network.open(NAME, who)) {
                    once.accept(told);
                }
            });
        });
    }

    private long work() {
        return slow > 0 ? world.dice.millis(50, 3000) : world.dice.micros(300, 4000);
    }

    /** In a transaction: begins a term. */
    long beginTerm(String replica) {
        epoch++;
        leader = replica;
        world.trace.add(replica + " begins term " + epoch);
        return epoch;
    }

    /** In a transaction: proves the term, then stores the changes. */
    void persist(String who, long term, List<Change> changes) {
        if (term != epoch) {
            throw new Refused("Term " + term + " is over; this is term " + epoch);
        }
        world.checks.before(changes, term);
        for (Change change : changes) {
            switch (change) {
                case Change.Put(Entity entity, var before) -> {
                    if (before != null && !before.equals(rows.get(entity.id()))) {
                        throw new Violation(
                                "stale-before", entity.kind() + " " + entity.name() + " is not stored as is said");
                    }
                    store(entity);
                }
                case Change.Remove(var kind, UUID id) -> rows.remove(id);
                case Change.Log(LogEntry entry) -> log(entry);
            }
        }
        world.trace.add(who + " commits");
        world.checks.committed(changes);
    }

    private void log(LogEntry entry) {
        log.add(entry);
        world.trace.add("log " + entry.code() + " "
                + (entry.subject() == null ? "-" : entry.subject().name()) + ": " + entry.message());
    }

    private void store(Entity entity) {
        if (entity instanceof Operation operation) {
            queued.remove(operation.id());
            if (operation.state() == OperationState.QUEUED) {
                queued.put(operation.id(), operation);
            }
            if (operation.state().ended()) {
                rows.remove(operation.id());
                ended.put(operation.id(), operation);
                return;
            }
        }
        world.trace.changed(rows.get(entity.id()), entity);
        rows.put(entity.id(), entity);
    }

    /** In a transaction: stores a queued operation, unless its key was used; the id of the one that has the key. */
    UUID submit(Operation operation, String key) {
        UUID earlier = keys.putIfAbsent(key, operation.id());
        if (earlier != null) {
            return earlier;
        }
        Operation stored = operation.withMeta(operation.meta().next(world.instant()));
        rows.put(operation.id(), stored);
        queued.put(operation.id(), stored);
        world.trace.add("db queues " + operation.name() + " as " + world.names.of(operation.id()));
        world.agenda.after(world.network.delay(), () -> world.replicas.values().forEach(Replica::operationQueued));
        return operation.id();
    }

    /** A read: operations nobody has begun, oldest first. */
    List<Operation> queued() {
        return List.copyOf(queued.values());
    }

    /** A read: everything but operations that have ended. */
    List<Entity> load() {
        return List.copyOf(rows.values());
    }
}
