package io.kvorum.agent.fencing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.enrollment.Enrollment;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.IdentityKeys;
import io.kvorum.agent.identity.JoinToken;
import io.kvorum.agent.service.AgentServer;
import io.kvorum.agent.service.HostDirectory;
import io.kvorum.agent.stub.EngineStub;
import io.kvorum.agent.stub.TestAuthority;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.ProbeAnswer;
import io.kvorum.proto.agent.v1.ProbeHost;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real agent's port, and against what may be there instead. */
@NullUnmarked
class TlsProbeTest {

    EngineStub engine;
    HostIdentity identity;
    AgentServer server;
    int port;

    @BeforeEach
    void serve() throws Exception {
        engine = new EngineStub("127.0.0.1", Duration.ofSeconds(60));
        port = freePort();
        identity = Enrollment.join(
                        JoinToken.parse(engine.token()),
                        "host-b",
                        "127.0.0.1",
                        port,
                        HostFacts.getDefaultInstance(),
                        false)
                .identity();
        IdentityKeys keys = new IdentityKeys();
        keys.put(identity);
        server = new AgentServer(
                new HostDirectory(), keys, EngineTrust.of(identity.caPem()), AgentServer.virtualThreads());
        server.start(new InetSocketAddress("127.0.0.1", port));
    }

    @AfterEach
    void end() {
        server.close();
        engine.close();
    }

    @Test
    void anAgentThatProvesWhoItIsIsReachable() throws Exception {
        assertEquals(ProbeAnswer.PROBE_ANSWER_REACHABLE, probe(identity.hostId(), port));
    }

    @Test
    void anotherHostBehindThatPortIsNot() throws Exception {
        assertEquals(ProbeAnswer.PROBE_ANSWER_REFUSED, probe(UUID.randomUUID().toString(), port));
    }

    @Test
    void anAgentOfAnotherClusterIsNot() throws Exception {
        TlsProbe stranger = new TlsProbe(EngineTrust.of(new TestAuthority().pem()));

        assertEquals(ProbeAnswer.PROBE_ANSWER_REFUSED, probe(stranger, identity.hostId(), port, 2000));
    }

    @Test
    void aClosedPortIsNot() throws Exception {
        server.close();

        assertEquals(ProbeAnswer.PROBE_ANSWER_REFUSED, probe(identity.hostId(), port));
    }

    @Test
    void aKernelThatAcceptsForAnAgentThatHangsShowsThatTheMachineRuns() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long begun = System.nanoTime();

            ProbeAnswer answer = probe(trusting(), identity.hostId(), mute.getLocalPort(), 500);

            assertEquals(ProbeAnswer.PROBE_ANSWER_REFUSED, answer);
            assertTrue(System.nanoTime() - begun < Duration.ofSeconds(5).toNanos());
        }
    }

    @Test
    void somethingThatSpeaksNoTlsIsNot() throws Exception {
        try (ServerSocket web = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> {
                try (Socket caller = web.accept()) {
                    caller.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    caller.getOutputStream().flush();
                    caller.getInputStream().readAllBytes();
                } catch (java.io.IOException e) {
                    // The prober hangs up.
                }
            });

            assertEquals(ProbeAnswer.PROBE_ANSWER_REFUSED, probe(identity.hostId(), web.getLocalPort()));
        }
    }

    @Test
    void anAddressThatNoNameServerKnowsDoesNotAnswer() throws Exception {
        ProbeHost command = ProbeHost.newBuilder()
                .setHostId(identity.hostId())
                .setAddress("no-such-host.invalid")
                .setPort(port)
                .build();

        assertEquals(ProbeAnswer.PROBE_ANSWER_NO_ANSWER, trusting().probe(command, within(2000)));
    }

    private TlsProbe trusting() throws Exception {
        return new TlsProbe(EngineTrust.of(identity.caPem()));
    }

    private ProbeAnswer probe(String hostId, int at) throws Exception {
        return probe(trusting(), hostId, at, 5000);
    }

    private static ProbeAnswer probe(TlsProbe probe, String hostId, int at, long millis) {
        ProbeHost command = ProbeHost.newBuilder()
                .setHostId(hostId)
                .setAddress("127.0.0.1")
                .setPort(at)
                .build();
        return probe.probe(command, within(millis));
    }

    private static CommandContext within(long millis) {
        return new CommandContext(
                "c", "o", System.nanoTime() + Duration.ofMillis(millis).toNanos(), progress -> {});
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
