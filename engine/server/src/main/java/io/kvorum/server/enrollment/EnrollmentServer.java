package io.kvorum.server.enrollment;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.kvorum.server.KvorumConfig;
import io.kvorum.server.security.EngineIdentity;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The port where hosts join and renew their certificates. */
@ApplicationScoped
public class EnrollmentServer {

    private static final Logger LOG = Logger.getLogger(EnrollmentServer.class);
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private final KvorumConfig config;
    private final EngineIdentity identity;
    private final EnrollmentService service;
    private @Nullable Server server;

    EnrollmentServer(KvorumConfig config, EngineIdentity identity, EnrollmentService service) {
        this.config = config;
        this.identity = identity;
        this.service = service;
    }

    void start(@Observes @Priority(50) StartupEvent event) throws IOException {
        InetSocketAddress address = new InetSocketAddress(
                config.enrollment().host(), config.enrollment().port());
        server = NettyServerBuilder.forAddress(address)
                .sslContext(identity.forEnrollment())
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxConnectionIdle(60, TimeUnit.SECONDS)
                .intercept(new PeerInterceptor())
                .addService(service)
                .build()
                .start();
        LOG.infof(
                "Hosts join at %s:%d",
                config.enrollment().host(), config.enrollment().port());
    }

    void stop(@Observes ShutdownEvent event) {
        Server running = server;
        if (running != null) {
            running.shutdownNow();
        }
    }
}
