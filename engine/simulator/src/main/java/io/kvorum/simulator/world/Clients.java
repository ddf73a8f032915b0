package io.kvorum.simulator.world;

import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Subjects;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * People and programs that ask for things: through any replica, and again under the same key until one says that it took
 * the request.
 */
final class Clients {

    private static final long PATIENCE = 3_000_000_000L;
    private static final int MAX_TRIES = 40;

    /** A request, and the operation it became. */
    static final class Ask {
        final String label;
        final String key;
        final Request request;
        private int tries;

        @Nullable
        UUID operationId;

        Ask(String label, String key, Request request) {
            this.label = label;
            this.key = key;
            this.request = request;
        }
    }

    private final World world;
    private final Map<String, Ask> asks = new LinkedHashMap<>();
    private int operations;

    Clients(World world) {
        this.world = world;
    }

    List<Ask> accepted() {
        return asks.values().stream().filter(ask -> ask.operationId != null).toList();
    }

    @Nullable
    Ask ask(String label) {
        return asks.get(label);
    }

    void ask(String label, Request request) {
        Ask ask = new Ask(label, "key-" + asks.size(), request);
        asks.put(label, ask);
        attempt(ask);
    }

    private void attempt(Ask ask) {
        if (ask.operationId != null || ask.tries++ > MAX_TRIES) {
            return;
        }
        List<Replica> there = new ArrayList<>(world.replicas.values());
        Replica replica = world.dice.of(there);
        UUID id = world.names.id("op-" + ++operations);
        Operation operation = Operation.queued(id, ask.request, Subjects.of(ask.request), "client", null);
        if (replica.life.alive()) {
            replica.life.after(
                    world.network.delay(),
                    () -> world.database.<UUID>transact(
                            replica.name, replica.life, () -> world.database.submit(operation, ask.key), answer -> {
                                if (answer instanceof Database.Answer.Committed<UUID>(UUID stored)
                                        && ask.operationId == null) {
                                    ask.operationId = stored;
                                    world.trace.add(
                                            "client was promised " + ask.label + " as " + world.names.of(stored));
                                }
                            }));
        }
        world.agenda.after(PATIENCE, () -> attempt(ask));
    }

    /** Asks the leader to call it off: only a word, which may be lost. */
    void cancel(String label) {
        Ask ask = asks.get(label);
        if (ask != null && ask.operationId != null) {
            UUID id = ask.operationId;
            world.trace.add("client cancels " + label);
            world.agenda.after(
                    world.network.delay(),
                    () -> world.replicas.values().forEach(replica -> replica.cancelAsked(id, "client")));
        }
    }

    /** The last thing that was accepted and has not ended, or null. */
    @Nullable
    String lastOpen() {
        String last = null;
        for (Ask ask : asks.values()) {
            if (ask.operationId != null && !world.database.ended().containsKey(ask.operationId)) {
                last = ask.label;
            }
        }
        return last;
    }
}
