package io.kvorum.agent.service;

import io.grpc.Server;
import io.grpc.okhttp.ModernTls;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.IdentityKeys;
import io.kvorum.agent.identity.MutualTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One port, mutual TLS, any number of hosts behind it. On the small transport with blocking sockets: an agent has the
 * one connection of its engine or a few, and its memory is taken from guests.
 */
public final class AgentServer implements AutoCloseable {
    private static final int MAX_MESSAGE = 4 << 20;

    // Sockets only: a virtual thread waits there without holding a carrier.
    private final ExecutorService connections = virtualThreads();
    private final ScheduledThreadPoolExecutor scheduler;
    private final ExecutorService executor;
    private final HostDirectory directory;
    private final IdentityKeys keys;
    private final EngineTrust trust;
    private Optional<Server> server = Optional.empty();

    /** @param executor runs calls, which may block; closed with the server */
    public AgentServer(HostDirectory directory, IdentityKeys keys, EngineTrust trust, ExecutorService executor) {
        this.directory = directory;
        this.keys = keys;
        this.trust = trust;
        this.executor = executor;
        this.scheduler = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("scheduler-", 0).daemon().factory());
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /** Begins to serve; port 0 takes a free one. Returns the port. */
    public int start(InetSocketAddress address) throws IOException, GeneralSecurityException {
        MutualTls tls = MutualTls.of(Optional.of(keys), trust);
        Server started = OkHttpServerBuilder.forPort(address, ModernTls.server(tls))
                .transportExecutor(connections)
                .scheduledExecutorService(scheduler)
                .executor(executor)
                .maxInboundMessageSize(MAX_MESSAGE)
                .maxInboundMetadataSize(16 << 10)
                .maxConcurrentCallsPerConnection(128)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(new HostSelection(directory))
                .addService(new HostAgentEndpoint(scheduler, executor))
                .build()
                .start();
        server = Optional.of(started);
        return started.getPort();
    }

    public ScheduledThreadPoolExecutor scheduler() {
        return scheduler;
    }

    @Override
    public void close() {
        server.ifPresent(AgentServer::end);
        scheduler.shutdownNow();
        executor.shutdownNow();
        connections.shutdownNow();
    }

    private static void end(Server server) {
        try {
            // Its connections still use the pools.
            server.shutdownNow().awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Virtual threads: for work that waits but never sits in native code. */
    public static ExecutorService virtualThreads() {
        return Executors.newVirtualThreadPerTaskExecutor();
    }
}
