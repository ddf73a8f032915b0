package io.kvorum.simulator.world;

import io.kvorum.core.controller.Effect;

/** A command that an operation waits for: sent under the same id until there is an answer or nobody waits for it. */
final class PendingCommand {

    private static final long FIRST_PAUSE = 200_000_000L;
    private static final long LONGEST_PAUSE = 2_000_000_000L;
    private static final long ANSWER_SLACK = 5_000_000_000L;
    private static final long LOOK = 2_500_000_000L;
    private static final long DEAD_AFTER = 15_000_000_000L;

    final Effect.SendCommand effect;
    private final HostLines lines;
    private final World world;
    private boolean forgotten;
    private int call;
    private long pause = FIRST_PAUSE;

    PendingCommand(HostLines lines, Effect.SendCommand effect) {
        this.lines = lines;
        this.world = lines.world;
        this.effect = effect;
    }

    void forget() {
        forgotten = true;
    }

    void attempt() {
        if (forgotten) {
            return;
        }
        int mine = ++call;
        HostLine line = lines.line(effect.hostId());
        if (line == null || line.session() == 0) {
            again(mine);
            return;
        }
        if (mine == 1) {
            world.trace.add(lines.term.replica.name + " sends " + world.words(effect.command()) + " to "
                    + world.names.of(effect.hostId()));
        }
        long session = line.session();
        line.call(
                agent -> agent.execute(line, session, effect, answer -> line.answer(() -> answered(mine, answer))),
                () -> again(mine));
        long now = world.agenda.nanos();
        long deadline = now + effect.limit().toNanos() + ANSWER_SLACK;
        watch(mine, line, deadline, now, line.agentGeneration());
    }

    /** An open call ends when its connection does, or at its deadline. */
    private void watch(int mine, HostLine line, long deadline, long aliveNanos, int agent) {
        lines.term.life.after(LOOK, () -> {
            if (forgotten || mine != call) {
                return;
            }
            long now = world.agenda.nanos();
            boolean there = line.linkOpen();
            boolean reset = there && line.agentGeneration() != agent;
            if (reset || now > deadline || now - aliveNanos > DEAD_AFTER) {
                again(mine);
            } else {
                watch(mine, line, deadline, there ? now : aliveNanos, agent);
            }
        });
    }

    private void again(int mine) {
        if (mine != call || forgotten) {
            return;
        }
        call++;
        lines.term.life.after(pause, this::attempt);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
    }

    /** An answer to an earlier call that was given up is dropped with its call, as gRPC does. */
    private void answered(int mine, Agent.Answer answer) {
        if (answer instanceof Agent.Answer.LateCall) {
            again(mine);
        } else if (mine == call && !forgotten) {
            forgotten = true;
            lines.answered(this, answer);
        }
    }
}
