package io.kvorum.server.agents;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.util.Durations;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kvorum.core.controller.Event;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.HelloRequest;
import io.kvorum.proto.agent.v1.HelloResponse;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc.HostAgentServiceBlockingStub;
import io.kvorum.proto.agent.v1.WatchRequest;
import io.kvorum.proto.agent.v1.WatchResponse;
import io.kvorum.server.KvorumConfig;
import io.kvorum.server.metrics.StatisticsStore;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The leader's line to one host: greet it, then listen until the line breaks, then again, for as long as the term lasts.
 */
final class AgentLink {

    static final int PROTOCOL = 1;

    private static final Logger LOG = Logger.getLogger(AgentLink.class);
    private static final Duration HELLO_LIMIT = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final UUID hostId;
    private final ManagedChannel channel;
    private final long epoch;
    private final BooleanSupplier mayAct;
    private final LongSupplier sessions;
    private final DialGate dials;
    private final KvorumConfig.Agents config;
    private final EventSink events;
    private final StatisticsStore statistics;
    private final Function<UUID, Optional<UUID>> operationOf;

    /** Told why, where the host refuses this term because it knows a later one. */
    private final Consumer<String> deposed;

    private final Context.CancellableContext context = Context.ROOT.withCancellation();
    private volatile boolean closed;

    /** Whether it answered the last time it was dialled; of the link's own thread. */
    private boolean answers = true;

    /** The connection that was greeted, or 0 while there is none. */
    private volatile long session;

    AgentLink(
            UUID hostId,
            ManagedChannel channel,
            long epoch,
            BooleanSupplier mayAct,
            LongSupplier sessions,
            DialGate dials,
            KvorumConfig.Agents config,
            EventSink events,
            StatisticsStore statistics,
            Function<UUID, Optional<UUID>> operationOf,
            Consumer<String> deposed) {
        this.hostId = hostId;
        this.channel = channel;
        this.epoch = epoch;
        this.mayAct = mayAct;
        this.sessions = sessions;
        this.dials = dials;
        this.config = config;
        this.events = events;
        this.statistics = statistics;
        this.operationOf = operationOf;
        this.deposed = deposed;
    }

    void close() {
        closed = true;
        context.cancel(null);
    }

    /**
     * One command; throws what gRPC throws, and UNAVAILABLE while the host has not been greeted or this replica may not
     * act.
     */
    ExecuteResponse execute(ExecuteRequest request, Duration limit) {
        long over = session;
        if (over == 0 || !mayAct.getAsBoolean()) {
            throw Status.UNAVAILABLE
                    .withDescription(
                            over == 0
                                    ? "The host has not been greeted."
                                    : "It is not sure that this replica still leads.")
                    .asRuntimeException();
        }
        return stub().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)
                .execute(request.toBuilder().setSession(over).build());
    }

    void run() {
        Duration pause = FIRST_PAUSE;
        while (!closed && !Thread.currentThread().isInterrupted()) {
            try {
                context.call(() -> {
                    greetAndListen();
                    return true;
                });
                pause = FIRST_PAUSE;
            } catch (StatusRuntimeException e) {
                if (!closed && e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
                    deposed.accept(String.valueOf(e.getStatus().getDescription()));
                } else if (!closed) {
                    LOG.debugf("Host %s: %s", hostId, e.getStatus());
                    events.accept(new Event.HostConnectionLost(
                            hostId, String.valueOf(e.getStatus().getDescription())));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warnf(e, "Host %s said something that cannot be understood", hostId);
            }
            session = 0;
            try {
                Thread.sleep(pause);
                // A channel that failed waits longer and longer by itself; we look as often as we like.
                channel.resetConnectBackoff();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private HelloResponse greet(long greeting) throws InterruptedException {
        boolean expected = answers;
        answers = false;
        try (DialGate.Pass pass = dials.enter(expected)) {
            HelloResponse hello = stub().withDeadlineAfter(HELLO_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .hello(HelloRequest.newBuilder()
                            .setEpoch(epoch)
                            .setProtocol(PROTOCOL)
                            .setSession(greeting)
                            .build());
            answers = true;
            return hello;
        }
    }

    private void greetAndListen() throws Exception {
        long greeting = sessions.getAsLong();
        HelloResponse hello = greet(greeting);
        if (!hello.getHostId().equals(hostId.toString())) {
            throw new IllegalStateException("It says that it is " + hello.getHostId());
        }
        if (hello.getProtocol() > PROTOCOL) {
            throw new IllegalStateException("It speaks protocol " + hello.getProtocol() + ", the engine " + PROTOCOL
                    + "; upgrade the engine first.");
        }
        ReportWords words = new ReportWords(hostId, operationOf);
        session = greeting;
        events.accept(words.greeting(hello));
        ReportStream reports = new ReportStream(report -> closed ? Optional.empty() : told(words, report), events);
        HostAgentServiceGrpc.newStub(channel)
                .withExecutor(MoreExecutors.directExecutor())
                .watch(
                        WatchRequest.newBuilder()
                                .setEpoch(epoch)
                                .setHeartbeatInterval(Durations.fromMillis(
                                        config.heartbeatInterval().toMillis()))
                                .setStatisticsInterval(Durations.fromMillis(
                                        config.statisticsInterval().toMillis()))
                                .build(),
                        reports);
        reports.await();
    }

    private Optional<Event> told(ReportWords words, WatchResponse report) {
        return report.hasStatistics()
                ? Optional.of(new Event.HostMeasured(hostId, statistics.take(hostId, report.getStatistics())))
                : words.report(report);
    }

    private HostAgentServiceBlockingStub stub() {
        return HostAgentServiceGrpc.newBlockingStub(channel);
    }
}
