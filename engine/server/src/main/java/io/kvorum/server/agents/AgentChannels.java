package io.kvorum.server.agents;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kvorum.server.security.EngineIdentity;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * One gRPC connection a host, over mutual TLS. The name that is verified in the agent's certificate is made of the
 * host's id, so no host can answer for another, whatever its address.
 */
@ApplicationScoped
public class AgentChannels {

    /** Largest message: a statistics report of some thousand VMs. */
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private record Endpoint(String address, int port) {}

    private final EngineIdentity identity;

    /** By host; of a host that was given another address also the one before. */
    private final Map<UUID, Map<Endpoint, ManagedChannel>> channels = new ConcurrentHashMap<>();

    AgentChannels(EngineIdentity identity) {
        this.identity = identity;
    }

    /** The name in the certificate of that host's agent. */
    public static String authority(UUID hostId) {
        return hostId + ".host.kvorum";
    }

    /** The connection to that host, dialled when it is first used. */
    public ManagedChannel to(UUID hostId, String address, int port) {
        Endpoint endpoint = new Endpoint(address, port);
        Map<Endpoint, ManagedChannel> open = channels.compute(hostId, (id, before) -> {
            Map<Endpoint, ManagedChannel> after = before == null ? new ConcurrentHashMap<>() : before;
            after.computeIfAbsent(endpoint, missing -> open(hostId, missing));
            return after;
        });
        return Objects.requireNonNull(Objects.requireNonNull(open).get(endpoint));
    }

    private ManagedChannel open(UUID hostId, Endpoint endpoint) {
        try {
            return NettyChannelBuilder.forAddress(endpoint.address, endpoint.port)
                    .overrideAuthority(authority(hostId))
                    .sslContext(identity.forDialling())
                    .keepAliveTime(10, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("Cannot set up TLS for host " + hostId, e);
        }
    }

    /** Ends the connections to that host; calls under way fail. */
    public void close(UUID hostId) {
        Map<Endpoint, ManagedChannel> open = channels.remove(hostId);
        if (open != null) {
            open.values().forEach(ManagedChannel::shutdownNow);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        channels.values().forEach(open -> open.values().forEach(ManagedChannel::shutdownNow));
    }
}
