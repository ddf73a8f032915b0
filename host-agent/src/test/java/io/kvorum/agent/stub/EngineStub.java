package io.kvorum.agent.stub;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kvorum.proto.agent.v1.EnrollmentServiceGrpc.EnrollmentServiceImplBase;
import io.kvorum.proto.agent.v1.JoinRequest;
import io.kvorum.proto.agent.v1.JoinResponse;
import io.kvorum.proto.agent.v1.RenewRequest;
import io.kvorum.proto.agent.v1.RenewResponse;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.GeneralName;

/** Enrols agents, and dials them. */
public final class EngineStub implements AutoCloseable {
    public static final String SECRET = "test-secret";

    /** A host that joined. */
    public record Joined(String hostId, String name, String address, int port) {}

    public final TestAuthority authority;
    public final Map<String, Joined> joined = new ConcurrentHashMap<>();
    public final AtomicInteger renewals = new AtomicInteger();

    /** Highest protocol that this engine speaks. */
    public volatile int protocol = 1;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final KeyPair keys;
    private final X509Certificate certificate;
    private final Duration life;
    private final String address;
    private final Server server;

    public EngineStub(String address, Duration life) throws Exception {
        this.authority = new TestAuthority();
        this.life = life;
        this.address = address;
        this.keys = TestAuthority.newKeys();
        this.certificate = authority.issue(
                new X500Principal("CN=engine"),
                keys.getPublic(),
                List.of(new GeneralName(GeneralName.uniformResourceIdentifier, "kvorum://engine")),
                Duration.ofDays(1),
                false);
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(address, 0))
                .sslContext(GrpcSslContexts.configure(
                                SslContextBuilder.forServer(keys.getPrivate(), certificate, authority.certificate())
                                        .trustManager(authority.certificate())
                                        .clientAuth(ClientAuth.OPTIONAL),
                                SslProvider.JDK)
                        .build())
                .addService(new Enrolment())
                .build()
                .start();
    }

    public String token() throws Exception {
        return tokenFor(address);
    }

    /** A token for hosts that reach this stub at that address. */
    public String tokenFor(String reachable) throws Exception {
        String endpoints = reachable + ":" + server.getPort();
        return "kj1."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(endpoints.getBytes(StandardCharsets.UTF_8))
                + "." + authority.fingerprint() + "." + SECRET;
    }

    /** A channel to a joined host, as the engine. */
    public ManagedChannel dial(String name) throws Exception {
        return dial(name, SslContextBuilder.forClient().keyManager(keys.getPrivate(), certificate));
    }

    /** A channel to a joined host, as somebody with this key and certificate. */
    public ManagedChannel dial(String name, PrivateKey key, X509Certificate shown) throws Exception {
        return dial(name, SslContextBuilder.forClient().keyManager(key, shown));
    }

    /** A channel to a joined host, as somebody who shows nothing. */
    public ManagedChannel dialAnonymously(String name) throws Exception {
        return dial(name, SslContextBuilder.forClient());
    }

    private ManagedChannel dial(String name, SslContextBuilder client) throws Exception {
        Joined host = java.util.Objects.requireNonNull(joined.get(name), name);
        ManagedChannel channel = NettyChannelBuilder.forAddress(host.address(), host.port())
                .overrideAuthority(host.hostId() + ".host.kvorum")
                .sslContext(GrpcSslContexts.configure(client.trustManager(authority.certificate()), SslProvider.JDK)
                        .build())
                .build();
        channels.add(channel);
        return channel;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.shutdownNow();
    }

    private static GeneralName name(String address) {
        boolean number = address.matches("[0-9.]+|.*:.*");
        return new GeneralName(number ? GeneralName.iPAddress : GeneralName.dNSName, address);
    }

    private final class Enrolment extends EnrollmentServiceImplBase {
        @Override
        public void join(JoinRequest request, StreamObserver<JoinResponse> observer) {
            if (!request.getTokenSecret().equals(SECRET)) {
                observer.onError(Status.PERMISSION_DENIED
                        .withDescription("no such token")
                        .asRuntimeException());
                return;
            }
            if (request.getProtocol() > protocol) {
                observer.onError(Status.FAILED_PRECONDITION
                        .withDescription(
                                "the agent speaks protocol " + request.getProtocol() + ", this engine " + protocol)
                        .asRuntimeException());
                return;
            }
            try {
                String id = UUID.randomUUID().toString();
                JoinResponse.Builder response = JoinResponse.newBuilder()
                        .setHostId(id)
                        .setClusterId(new UUID(0, 1).toString())
                        .setCaPem(authority.pem())
                        .setCertificatePem(authority.sign(
                                request.getCsrPem(),
                                List.of(new GeneralName(GeneralName.dNSName, id + ".host.kvorum")),
                                life));
                if (!request.getHypervisorCsrPem().isEmpty()) {
                    response.setHypervisorCertificatePem(authority.sign(
                            request.getHypervisorCsrPem(), List.of(name(request.getAddress())), Duration.ofDays(1)));
                }
                joined.put(
                        request.getName(), new Joined(id, request.getName(), request.getAddress(), request.getPort()));
                observer.onNext(response.build());
                observer.onCompleted();
            } catch (Exception e) {
                observer.onError(Status.INTERNAL.withCause(e).asRuntimeException());
            }
        }

        @Override
        public void renew(RenewRequest request, StreamObserver<RenewResponse> observer) {
            try {
                Joined only = joined.values().iterator().next();
                RenewResponse.Builder response = RenewResponse.newBuilder()
                        .setCaPem(authority.pem())
                        .setCertificatePem(authority.sign(
                                request.getCsrPem(),
                                List.of(new GeneralName(GeneralName.dNSName, only.hostId() + ".host.kvorum")),
                                Duration.ofDays(1)));
                if (!request.getHypervisorCsrPem().isEmpty()) {
                    response.setHypervisorCertificatePem(authority.sign(
                            request.getHypervisorCsrPem(), List.of(name(only.address())), Duration.ofDays(1)));
                }
                renewals.incrementAndGet();
                observer.onNext(response.build());
                observer.onCompleted();
            } catch (Exception e) {
                observer.onError(Status.INTERNAL.withCause(e).asRuntimeException());
            }
        }
    }
}
