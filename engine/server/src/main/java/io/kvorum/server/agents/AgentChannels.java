package io.kvorum.server.agents;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kvorum.server.security.EngineIdentity;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
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

    private record Key(UUID hostId, String address, int port) {}

    private final EngineIdentity identity;
    private final Map<Key, ManagedChannel> channels = new ConcurrentHashMap<>();

    AgentChannels(EngineIdentity identity) {
        this.identity = identity;
    }

    /** The name in the certificate of that host's agent. */
    public static String authority(UUID hostId) {
        return hostId + ".host.kvorum";
    }

    /** The connection to that host, dialled when it is first used. */
    public ManagedChannel to(UUID hostId, String address, int port) {
        return channels.computeIfAbsent(new Key(hostId, address, port), this::open);
    }

    private ManagedChannel open(Key key) {
        try {
            return NettyChannelBuilder.forAddress(key.address, key.port)
                    .overrideAuthority(authority(key.hostId))
                    .sslContext(identity.forDialling())
                    .keepAliveTime(10, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("Cannot set up TLS for host " + key.hostId, e);
        }
    }

    /** Ends the connections to that host; calls under way fail. */
    public void close(UUID hostId) {
        channels.keySet().stream()
                .filter(key -> key.hostId.equals(hostId))
                .toList()
                .forEach(key -> {
                    ManagedChannel channel = channels.remove(key);
                    if (channel != null) {
                        channel.shutdownNow();
                    }
                });
    }

    void stop(@Observes ShutdownEvent event) {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
