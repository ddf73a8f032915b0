package io.kvorum.simulator.world;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What ZooKeeper and Curator promise: one replica at a time holds the lock, as the ensemble sees it. A replica that was
 * not heard for a session's time loses it. The replica itself hears that it lost touch only while it runs.
 */
final class Election {

    static final String NAME = "zk";
    private static final long SESSION = 4_000_000_000L;
    private static final long PING = SESSION / 3;

    private final World world;
    private final Map<String, Long> heard = new LinkedHashMap<>();
    private final Deque<String> waiting = new ArrayDeque<>();
    private @Nullable String holder;

    Election(World world) {
        this.world = world;
    }

    void start() {
        world.agenda.after(PING / 4, this::expire);
    }

    /** The replica's ZooKeeper client: pings while its process runs, and tells it when it has lost touch. */
    void ping(Replica replica) {
        if (world.network.openBothWays(replica.name, NAME)) {
            String session = session(replica);
            heard.put(session, world.agenda.nanos());
            replica.touchNanos = world.agenda.nanos();
            if (replica.wantsToLead() && !waiting.contains(session) && !session.equals(holder)) {
                waiting.add(session);
                offer();
            }
        } else if (world.agenda.nanos() - replica.touchNanos > SESSION * 2 / 3) {
            replica.lostTouch();
        }
        replica.life.after(PING, () -> ping(replica));
    }

    /** The replica gives the lock back. */
    void release(Replica replica) {
        if (!world.network.openBothWays(replica.name, NAME)) {
            // Curator goes on trying in the background.
            replica.life.after(PING, () -> release(replica));
            return;
        }
        if (session(replica).equals(holder)) {
            holder = null;
            offer();
        }
    }

    /** A process that was started again has a session of its own; the old one lasts until it expires. */
    private static String session(Replica replica) {
        return replica.name + "#" + replica.life.generation();
    }

    private void expire() {
        for (Map.Entry<String, Long> session : List.copyOf(heard.entrySet())) {
            if (world.agenda.nanos() - session.getValue() > SESSION) {
                heard.remove(session.getKey());
                waiting.remove(session.getKey());
                if (session.getKey().equals(holder)) {
                    world.trace.add("zk expires the session of " + holder);
                    holder = null;
                }
            }
        }
        offer();
        world.agenda.after(PING / 4, this::expire);
    }

    private void offer() {
        if (holder == null && !waiting.isEmpty()) {
            String next = waiting.remove();
            holder = next;
            Replica replica = world.replica(next.substring(0, next.indexOf('#')));
            int life = Integer.parseInt(next.substring(next.indexOf('#') + 1));
            world.agenda.after(world.dice.millis(1, 30), () -> replica.life.arrive(life, replica::elected));
        }
    }
}
