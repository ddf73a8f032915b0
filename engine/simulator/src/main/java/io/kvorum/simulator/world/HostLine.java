package io.kvorum.simulator.world;

import io.kvorum.core.controller.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The leader's line to one host: greet it, then listen until the line breaks, then again. What a host reports arrives in
 * order or not at all; the line breaks when nothing came back for as long as gRPC's keep-alive waits.
 */
final class HostLine {

    private static final long HELLO_LIMIT = 5_000_000_000L;
    private static final long KEEP_ALIVE = 5_000_000_000L;
    private static final long DEAD_AFTER = 15_000_000_000L;
    private static final long FIRST_PAUSE = 250_000_000L;
    private static final long LONGEST_PAUSE = 2_000_000_000L;
    private static final int MAX_BACKLOG = 1024;

    private final HostLines lines;
    private final World world;
    private final Term term;
    private final Machine machine;
    private final String here;
    private final List<Event> backlog = new ArrayList<>();
    private boolean closed;
    private int connection;
    private long pause = FIRST_PAUSE;
    private long lastArrival;
    private long lastCall;
    private long session;
    private long aliveNanos;
    private int agentLife;

    HostLine(HostLines lines, Machine machine) {
        this.lines = lines;
        this.world = lines.world;
        this.term = lines.term;
        this.machine = machine;
        this.here = term.replica.name;
    }

    void close() {
        closed = true;
        machine.agent.unwatch(this);
    }

    /** The number of the connection that was greeted, or 0 while there is none: nothing is sent before. */
    long session() {
        return aliveNanos == 0 ? 0 : session;
    }

    boolean open() {
        return !closed && !term.over();
    }

    /** Has the agent do something, if the message gets there; {@code refused} if there is a kernel but no agent. */
    void call(Consumer<Agent> what, Runnable refused) {
        int boot = machine.boots();
        lastCall = Math.max(lastCall + 1000, world.agenda.nanos() + world.network.delay());
        world.network.send(
                here,
                machine.name,
                lastCall - world.agenda.nanos(),
                () -> machine.deliver(boot, () -> what.accept(machine.agent), () -> {
                    if (world.network.open(machine.name, here)) {
                        term.life.after(world.network.delay(), refused);
                    }
                }));
    }

    /** An answer of the agent on its way back. */
    void answer(Runnable arrives) {
        int life = term.life.generation();
        world.network.send(machine.name, here, () -> term.life.arrive(life, arrives));
    }

    void dial() {
        if (!open()) {
            return;
        }
        int mine = ++connection;
        session = lines.nextSession();
        long greeting = session;
        call(agent -> agent.hello(this, mine, greeting), () -> broken(mine, "refused"));
        term.life.after(HELLO_LIMIT, () -> {
            if (aliveNanos == 0) {
                broken(mine, "no answer");
            }
        });
    }

    /** The answer to the first call of a connection. */
    void greeted(int mine, Event.HostGreeted greeting) {
        if (mine != connection || !open() || aliveNanos != 0) {
            return;
        }
        pause = FIRST_PAUSE;
        aliveNanos = world.agenda.nanos();
        agentLife = machine.agent.life.generation();
        lastArrival = aliveNanos;
        world.trace.add(here + " greets " + machine.name);
        term.offer(greeting);
        watch(mine);
        term.life.after(KEEP_ALIVE, () -> keepAlive(mine));
    }

    /** The call that asks for reports; within a connection TCP sends again what gets lost. */
    private void watch(int mine) {
        if (mine == connection && open() && !machine.agent.watchedBy(this, mine)) {
            call(agent -> agent.watch(this, mine), () -> broken(mine, "refused"));
            term.life.after(FIRST_PAUSE * 4, () -> watch(mine));
        }
    }

    void refusedEpoch(int mine, String why) {
        if (mine == connection && open()) {
            term.depose(why);
        }
    }

    private void keepAlive(int mine) {
        if (mine != connection || !open()) {
            return;
        }
        boolean there = world.network.openBothWays(here, machine.name) && machine.kernelRunning();
        if (there && machine.agent.life.generation() != agentLife) {
            broken(mine, "the agent is another one");
            return;
        }
        if (there) {
            aliveNanos = world.agenda.nanos();
            List<Event> late = List.copyOf(backlog);
            backlog.clear();
            late.forEach(event -> report(mine, event));
        } else if (world.agenda.nanos() - aliveNanos > DEAD_AFTER) {
            broken(mine, "keep-alive timed out");
            return;
        }
        term.life.after(KEEP_ALIVE, () -> keepAlive(mine));
    }

    /** The agent reports something: in order, and only on the connection that asked. */
    void report(int mine, Event event) {
        if (mine != connection || !open()) {
            return;
        }
        if (!world.network.open(machine.name, here) || !backlog.isEmpty()) {
            if (backlog.size() < MAX_BACKLOG && !(event instanceof Event.HostHeard)) {
                backlog.add(event);
            }
            return;
        }
        lastArrival = Math.max(lastArrival + 1000, world.agenda.nanos() + world.network.delay());
        int life = term.life.generation();
        world.agenda.after(
                lastArrival - world.agenda.nanos(),
                () -> term.life.arrive(life, () -> {
                    if (mine == connection && open()) {
                        term.offer(event);
                    }
                }));
    }

    /** The agent's process has ended, and its kernel says so to whoever is connected. */
    void agentEnded(int mine) {
        int life = term.life.generation();
        world.network.send(machine.name, here, () -> term.life.arrive(life, () -> broken(mine, "reset")));
    }

    private void broken(int mine, String why) {
        if (mine != connection || !open()) {
            return;
        }
        connection++;
        aliveNanos = 0;
        backlog.clear();
        machine.agent.unwatch(this);
        term.offer(new Event.HostConnectionLost(machine.id, why));
        term.life.after(pause, this::dial);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
    }

    HostLines lines() {
        return lines;
    }

    long epoch() {
        return term.epoch;
    }

    boolean linkOpen() {
        return world.network.openBothWays(here, machine.name) && machine.kernelRunning();
    }

    int agentGeneration() {
        return machine.agent.life.generation();
    }
}
