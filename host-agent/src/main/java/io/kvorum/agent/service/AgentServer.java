package io.kvorum.agent.service;

import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** One port, mutual TLS, any number of hosts behind it. */
public final class AgentServer implements AutoCloseable {
    private static final int MAX_MESSAGE = 4 << 20;

    private final NioEventLoopGroup acceptors = new NioEventLoopGroup(1);
    private final NioEventLoopGroup workers;
    private final ScheduledThreadPoolExecutor scheduler;
    private final ExecutorService executor;
    private final HostDirectory directory;
    private final X509ExtendedKeyManager keys;
    private final X509ExtendedTrustManager trust;
    private Optional<Server> server = Optional.empty();

    /**
     * @param executor runs calls, which may block; closed with the server
     * @param ioThreads threads for sockets
     */
    public AgentServer(
            HostDirectory directory,
            X509ExtendedKeyManager keys,
            X509ExtendedTrustManager trust,
            ExecutorService executor,
            int ioThreads) {
        this.directory = directory;
        this.keys = keys;
        this.trust = trust;
        this.executor = executor;
        this.workers = new NioEventLoopGroup(ioThreads);
        this.scheduler = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("scheduler-", 0).daemon().factory());
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /** Begins to serve; port 0 takes a free one. Returns the port. */
    public int start(InetSocketAddress address) throws IOException {
        SslContext tls = GrpcSslContexts.configure(
                        SslContextBuilder.forServer(keys)
                                .trustManager(trust)
                                .clientAuth(ClientAuth.REQUIRE)
                                .protocols("TLSv1.3"),
                        SslProvider.JDK)
                .build();
        Server started = NettyServerBuilder.forAddress(address)
                .bossEventLoopGroup(acceptors)
                .workerEventLoopGroup(workers)
                .channelType(NioServerSocketChannel.class)
                .sslContext(tls)
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
        server.ifPresent(Server::shutdownNow);
        scheduler.shutdownNow();
        executor.shutdownNow();
        acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** Virtual threads: for work that waits but never sits in native code. */
    public static ExecutorService virtualThreads() {
        return Executors.newVirtualThreadPerTaskExecutor();
    }
}
