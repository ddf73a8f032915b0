package io.kvorum.server.agents;

import io.grpc.StatusRuntimeException;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import io.kvorum.proto.agent.v1.AbortMigration;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.server.KvorumConfig;
import io.kvorum.server.metrics.StatisticsStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The leader's connections to all hosts: performs what the controller asks of them, and tells it what they say. */
@ApplicationScoped
public class AgentConnections {

    private static final Logger LOG = Logger.getLogger(AgentConnections.class);

    private static final int ANSWERING_AT_ONCE = 64;
    private static final int SILENT_AT_ONCE = 64;

    private final AgentChannels channels;
    private final CommandWords words;
    private final KvorumConfig config;
    private final StatisticsStore statistics;
    private final Map<UUID, AgentLink> links = new ConcurrentHashMap<>();
    private final Map<UUID, PendingCommand> pending = new ConcurrentHashMap<>();
    private volatile @Nullable Term term;

    /** What belongs to one term of leadership. */
    private static final class Term {
        final long epoch;
        final BooleanSupplier mayAct;
        final EventSink events;
        final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        final AtomicLong sessions = new AtomicLong();
        final DialGate dials = new DialGate(ANSWERING_AT_ONCE, SILENT_AT_ONCE);
        volatile boolean deposed;

        Term(long epoch, BooleanSupplier mayAct, EventSink events) {
            this.epoch = epoch;
            this.mayAct = mayAct;
            this.events = events;
        }
    }

    AgentConnections(AgentChannels channels, CommandWords words, KvorumConfig config, StatisticsStore statistics) {
        this.channels = channels;
        this.words = words;
        this.config = config;
        this.statistics = statistics;
    }

    /**
     * Begins a term: commands carry that epoch, events go to that consumer.
     *
     * @param mayAct asked before every command, which waits while the answer is no
     */
    public void begin(long epoch, BooleanSupplier mayAct, EventSink events) {
        term = new Term(epoch, mayAct, events);
    }

    /** Ends the term: nothing more is sent, nothing more is told. */
    public void end() {
        Term ending = term;
        term = null;
        links.values().forEach(AgentLink::close);
        links.clear();
        pending.clear();
        if (ending != null) {
            ending.executor.shutdownNow();
        }
    }

    /** Whether a host has refused this term's commands because it knows a later one. */
    public boolean deposed() {
        Term now = term;
        return now != null && now.deposed;
    }

    public void connect(Effect.Connect effect) {
        Term now = term;
        if (now == null) {
            return;
        }
        AgentLink link = new AgentLink(
                effect.hostId(),
                channels.to(effect.hostId(), effect.address(), effect.port()),
                now.epoch,
                now.mayAct,
                now.sessions::incrementAndGet,
                now.dials,
                config.agents(),
                now.events,
                statistics,
                commandId -> Optional.ofNullable(pending.get(commandId)).map(PendingCommand::operationId),
                why -> {
                    LOG.warnf("A host refused the term: %s", why);
                    now.deposed = true;
                });
        AgentLink before = links.put(effect.hostId(), link);
        if (before != null) {
            before.close();
        }
        now.executor.execute(link::run);
    }

    public void disconnect(UUID hostId) {
        AgentLink link = links.remove(hostId);
        if (link != null) {
            link.close();
        }
        channels.close(hostId);
    }

    /** Sends a command, again and again under the same id, until there is an answer or nobody waits for it. */
    public void send(Effect.SendCommand effect) {
        Term now = term;
        if (now == null) {
            return;
        }
        ExecuteRequest request;
        try {
            request = words.request(now.epoch, effect);
        } catch (RuntimeException e) {
            LOG.errorf(
                    e, "Command %s of operation %s cannot be put into words", effect.commandId(), effect.operationId());
            Event failed = new Event.CommandEnded(
                    effect.operationId(),
                    effect.commandId(),
                    new CommandOutcome.Failed(
                            CommandOutcome.Reason.INVALID, "The engine could not send it: " + e.getMessage()));
            // Not by the controller's own thread: were the queue full, it would wait for itself.
            now.executor.execute(() -> now.events.accept(failed));
            return;
        }
        PendingCommand command = new PendingCommand(effect, request, () -> links.get(effect.hostId()));
        pending.put(effect.commandId(), command);
        now.executor.execute(() -> {
            PendingCommand.Answer answer = command.await();
            if (pending.remove(effect.commandId(), command)) {
                switch (answer) {
                    case PendingCommand.Answer.Ended(CommandOutcome outcome) ->
                        now.events.accept(new Event.CommandEnded(effect.operationId(), effect.commandId(), outcome));
                    case PendingCommand.Answer.Deposed(String why) -> {
                        LOG.warnf("A host refused a command: %s", why);
                        now.deposed = true;
                    }
                    case PendingCommand.Answer.Forgotten forgotten -> {}
                }
            }
        });
    }

    public void forget(UUID commandId) {
        PendingCommand command = pending.remove(commandId);
        if (command != null) {
            command.forget();
        }
    }

    /** Asks a host to stop a migration; what comes of it is told by the migration's own outcome. */
    public void abort(Effect.AbortMigration effect) {
        Term now = term;
        AgentLink link = links.get(effect.hostId());
        if (now == null || link == null) {
            return;
        }
        ExecuteRequest request = words.envelope(
                        now.epoch, UUID.randomUUID(), effect.operationId(), Duration.ofSeconds(30))
                .setAbortMigration(
                        AbortMigration.newBuilder().setVmId(effect.vmId().toString()))
                .build();
        now.executor.execute(() -> {
            try {
                link.execute(request, Duration.ofSeconds(30));
            } catch (StatusRuntimeException e) {
                LOG.warnf("Could not abort the migration of VM %s: %s", effect.vmId(), e.getStatus());
            }
        });
    }
}
