package io.kvorum.agent.service;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kvorum.agent.config.AgentConfig;
import io.kvorum.agent.enrollment.CertificateRenewal;
import io.kvorum.agent.enrollment.Enrollment;
import io.kvorum.agent.fencing.FenceAgents;
import io.kvorum.agent.fencing.TlsProbe;
import io.kvorum.agent.hypervisor.libvirt.LibvirtHypervisor;
import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.IdentityKeys;
import io.kvorum.agent.identity.JoinToken;
import io.kvorum.agent.lease.NoLeases;
import io.kvorum.agent.storage.FolderDisks;
import io.kvorum.agent.stub.EngineStub;
import io.kvorum.agent.stub.TestAuthority;
import io.kvorum.agent.upgrade.PackageUpgrade;
import io.kvorum.proto.agent.v1.HelloRequest;
import io.kvorum.proto.agent.v1.HelloResponse;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.WatchRequest;
import io.kvorum.proto.agent.v1.WatchResponse;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host as {@code kvorum-agent run} serves it, on libvirt's test driver, with a certificate that is soon renewed. */
class AgentServerTest {
    private static final GeneralName ENGINE =
            new GeneralName(GeneralName.uniformResourceIdentifier, EngineTrust.ENGINE_URI);

    @TempDir
    Path dir;

    final ExecutorService executor = Executors.newCachedThreadPool();
    final IdentityKeys keys = new IdentityKeys();
    EngineStub engine;
    HostIdentity identity;
    EngineTrust trust;
    LibvirtHypervisor hypervisor;
    ManagedHost host;
    AgentServer server;

    @BeforeEach
    void serve() throws Exception {
        engine = new EngineStub("127.0.0.1", Duration.ofSeconds(60));
        int port = freePort();
        identity = Enrollment.join(
                        JoinToken.parse(engine.token()),
                        "host-a",
                        "127.0.0.1",
                        port,
                        HostFacts.getDefaultInstance(),
                        false)
                .identity();
        identity.save(dir);
        EpochGuard.create(dir.resolve("epoch"));
        keys.put(identity);
        trust = EngineTrust.of(identity.caPem());
        Properties values = new Properties();
        values.setProperty("hypervisor.uri", "test:///default");
        values.setProperty("serial.log-dir", dir.resolve("serial").toString());
        hypervisor = LibvirtHypervisor.open(AgentConfig.of(values));
        await().atMost(Duration.ofSeconds(20)).until(() -> hypervisor.health().getHypervisorConnected());
        host = ManagedHost.durable(
                identity.hostId(),
                new HostParts(
                        hypervisor,
                        new FolderDisks(identity.hostId()),
                        new NoLeases(),
                        new FenceAgents(),
                        new TlsProbe(trust),
                        new PackageUpgrade(dir.resolve("upgrades"), Optional.of("true"), dir.resolve("reboot"))),
                dir,
                executor);
        HostDirectory directory = new HostDirectory();
        directory.add(host);
        server = new AgentServer(directory, keys, trust, executor);
        server.start(new InetSocketAddress("127.0.0.1", port));
    }

    @AfterEach
    void end() {
        server.close();
        host.close();
        engine.close();
    }

    @Test
    void greetsTheEngineWithFactsAndGuests() throws Exception {
        HelloResponse hello = hello(engine.dial("host-a"));

        assertEquals(identity.hostId(), hello.getHostId());
        assertTrue(hello.getHypervisorConnected());
        assertEquals("", hello.getProblem());
        assertEquals(3L << 30, hello.getFacts().getMemoryBytes());
        assertEquals(1, hello.getVmsCount());
    }

    @Test
    void saysInItsGreetingThatLibvirtIsAwayAndWhatItKnewBefore() throws Exception {
        HostFacts before = hello(engine.dial("host-a")).getFacts();

        hypervisor.close();
        HelloResponse hello = hello(engine.dial("host-a"));

        assertFalse(hello.getHypervisorConnected());
        assertTrue(hello.getProblem().contains("not connected"), hello.getProblem());
        assertEquals(before, hello.getFacts());
        assertEquals(0, hello.getVmsCount());
    }

    @Test
    void refusesOlderEngine() throws Exception {
        var stub = HostAgentServiceGrpc.newBlockingStub(engine.dial("host-a"));

        StatusRuntimeException refused = assertThrows(
                StatusRuntimeException.class,
                () -> stub.hello(
                        HelloRequest.newBuilder().setEpoch(1).setProtocol(0).build()));

        assertEquals(Status.Code.FAILED_PRECONDITION, refused.getStatus().getCode());
        assertTrue(String.valueOf(refused.getMessage()).contains("Upgrade the engine"));
    }

    @Test
    void refusesCallerWithCertificateOfAnotherCa() throws Exception {
        KeyPair pair = TestAuthority.newKeys();
        X509Certificate foreign = new TestAuthority()
                .issue(new X500Principal("CN=engine"), pair.getPublic(), List.of(ENGINE), Duration.ofDays(1), false);

        assertUnavailable(engine.dial("host-a", pair.getPrivate(), foreign));
    }

    @Test
    void refusesCallerOfTheClusterThatIsNotTheEngine() throws Exception {
        KeyPair pair = TestAuthority.newKeys();
        X509Certificate otherHost = engine.authority.issue(
                new X500Principal("CN=host"),
                pair.getPublic(),
                List.of(
                        new GeneralName(GeneralName.dNSName, "other.host.kvorum"),
                        new GeneralName(GeneralName.uniformResourceIdentifier, "kvorum://engine.evil")),
                Duration.ofDays(1),
                false);

        assertUnavailable(engine.dial("host-a", pair.getPrivate(), otherHost));
    }

    @Test
    void refusesCallerWithExpiredCertificate() throws Exception {
        KeyPair pair = TestAuthority.newKeys();
        X509Certificate expired = engine.authority.issue(
                new X500Principal("CN=engine"), pair.getPublic(), List.of(ENGINE), Duration.ofSeconds(-1), false);

        assertUnavailable(engine.dial("host-a", pair.getPrivate(), expired));
    }

    @Test
    void refusesCallerWithoutCertificate() throws Exception {
        assertUnavailable(engine.dialAnonymously("host-a"));
    }

    @Test
    void renewsItsCertificateUnderStandingConnections() throws Exception {
        Iterator<WatchResponse> watch = HostAgentServiceGrpc.newBlockingStub(engine.dial("host-a"))
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .watch(WatchRequest.newBuilder()
                        .setEpoch(1)
                        .setHeartbeatInterval(
                                com.google.protobuf.Duration.newBuilder().setNanos(100_000_000))
                        .build());
        watch.next();
        X509Certificate old = leaf();

        new CertificateRenewal(
                        identity,
                        dir,
                        keys,
                        trust,
                        Optional.empty(),
                        server.scheduler(),
                        executor,
                        // Past two thirds of the certificate's life.
                        InstantSource.offset(InstantSource.system(), Duration.ofSeconds(30)))
                .schedule();
        await().atMost(Duration.ofSeconds(20)).until(() -> engine.renewals.get() == 1);
        await().atMost(Duration.ofSeconds(5)).until(() -> !old.equals(leaf()));

        for (int i = 0; i < 10; i++) {
            assertTrue(watch.hasNext());
            watch.next();
        }
        assertEquals(identity.hostId(), hello(engine.dial("host-a")).getHostId());
        HostIdentity stored = HostIdentity.load(dir).orElseThrow();
        assertNotEquals(identity.certificatePem(), stored.certificatePem());
        assertNotEquals(identity.keyPem(), stored.keyPem());
        assertEquals(identity.hostId(), stored.hostId());
    }

    private X509Certificate leaf() {
        return Objects.requireNonNull(keys.getCertificateChain(identity.hostId()))[0];
    }

    private static void assertUnavailable(ManagedChannel channel) {
        StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> hello(channel));
        assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
    }

    private static HelloResponse hello(ManagedChannel channel) {
        return HostAgentServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .hello(HelloRequest.newBuilder().setEpoch(1).setProtocol(1).build());
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }
}
