package io.kvorum.simulator.world;

import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A term's lines to all hosts, and the commands that wait for an answer. */
final class HostLines {

    static final Duration ABORT_LIMIT = Duration.ofSeconds(30);

    final Term term;
    final World world;
    private final Map<UUID, HostLine> lines = new LinkedHashMap<>();
    private final Map<UUID, PendingCommand> pending = new LinkedHashMap<>();

    private long sessions;

    HostLines(Term term) {
        this.term = term;
        this.world = term.replica.world;
    }

    /** Numbers of connections only grow within a term. */
    long nextSession() {
        return ++sessions;
    }

    void connect(UUID hostId) {
        Machine machine = world.machine(hostId);
        if (machine == null) {
            return;
        }
        HostLine line = new HostLine(this, machine);
        HostLine before = lines.put(hostId, line);
        if (before != null) {
            before.close();
        }
        line.dial();
    }

    void disconnect(UUID hostId) {
        HostLine line = lines.remove(hostId);
        if (line != null) {
            line.close();
        }
    }

    @Nullable
    HostLine line(UUID hostId) {
        return lines.get(hostId);
    }

    void send(Effect.SendCommand effect) {
        PendingCommand command = new PendingCommand(this, effect);
        pending.put(effect.commandId(), command);
        command.attempt();
    }

    void forget(UUID commandId) {
        PendingCommand command = pending.remove(commandId);
        if (command != null) {
            command.forget();
        }
    }

    /** The host's answer; what nobody waits for any more is dropped. */
    void answered(PendingCommand command, Agent.Answer answer) {
        Effect.SendCommand effect = command.effect;
        if (!pending.remove(effect.commandId(), command)) {
            return;
        }
        switch (answer) {
            case Agent.Answer.Ended(var outcome) ->
                term.offer(new Event.CommandEnded(effect.operationId(), effect.commandId(), outcome));
            case Agent.Answer.Deposed(String why) -> term.depose(why);
            case Agent.Answer.LateCall late -> {}
        }
    }

    /** Once, and what comes of it is told by the migration's own outcome. */
    void abort(Effect.AbortMigration effect) {
        HostLine line = lines.get(effect.hostId());
        if (line != null && line.session() != 0) {
            long session = line.session();
            line.call(agent -> agent.abort(term.epoch, session, effect.vmId()), () -> {});
        }
    }

    @Nullable
    UUID operationOf(UUID commandId) {
        PendingCommand command = pending.get(commandId);
        return command == null ? null : command.effect.operationId();
    }

    void end() {
        lines.values().forEach(HostLine::close);
        lines.clear();
        pending.values().forEach(PendingCommand::forget);
        pending.clear();
    }
}
