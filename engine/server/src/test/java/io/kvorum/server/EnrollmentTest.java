package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.kvorum.agent.identity.JoinToken;
import io.kvorum.agent.identity.KeyRequest;
import io.kvorum.proto.agent.v1.CpuFacts;
import io.kvorum.proto.agent.v1.CurrentTermRequest;
import io.kvorum.proto.agent.v1.EnrollmentServiceGrpc;
import io.kvorum.proto.agent.v1.EnrollmentServiceGrpc.EnrollmentServiceBlockingStub;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.JoinRequest;
import io.kvorum.proto.agent.v1.JoinResponse;
import io.kvorum.proto.agent.v1.RenewRequest;
import io.kvorum.proto.agent.v1.Virtualization;
import io.kvorum.server.security.CertificateAuthority;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that are refused, each in words, and nothing is left of them. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class EnrollmentTest {

    private static int enrollmentPort;

    private TestFleet fleet;
    private ApiClient api;
    private Set<String> before = Set.of();

    @Inject
    AgroalDataSource dataSource;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        enrollmentPort = ConfigProvider.getConfig().getValue("kvorum.enrollment.port", Integer.class);
        fleet = TestFleet.get();
        api = fleet.api;
        before = hosts();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(before, hosts());
    }

    @Test
    void refusesAnUnknownToken() throws Exception {
        StatusRuntimeException refused =
                refused(request("stranger").setTokenSecret("unknown").build());

        assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
        assertTrue(words(refused).contains("Make a new one"), words(refused));
    }

    @Test
    void refusesATokenThatHasExpired() throws Exception {
        String token = fleet.joinToken(1);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(
                        "update join_token set expires_at = now() - interval '1 second' where uses_left = 1")) {
            update.executeUpdate();
        }

        StatusRuntimeException refused = refused(
                request("late").setTokenSecret(JoinToken.parse(token).secret()).build());

        assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
    }

    @Test
    void refusesARevokedToken() throws Exception {
        var made = api.post("/join-tokens", Map.of("clusterId", fleet.clusterId))
                .expect(201)
                .json();
        api.delete("/join-tokens/" + made.path("id").asText()).expect(204);

        StatusRuntimeException refused = refused(request("revoked")
                .setTokenSecret(JoinToken.parse(made.path("token").asText()).secret())
                .build());

        assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
    }

    @Test
    void refusesTheNameOfAnotherHostAndGivesTheUseBack() throws Exception {
        assertRefusedAndGivenBack(request("sim-0001"), "Another host has this name.");
    }

    @Test
    void refusesAMachineThatIsRegisteredAlready() throws Exception {
        String hardware;
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select document->'facts'->>'hardwareId' from host where name = 'sim-0001'")) {
            assertTrue(rows.next());
            hardware = rows.getString(1);
        }

        assertRefusedAndGivenBack(request("twin").setFacts(facts(hardware)), "This machine is registered as sim-0001");
    }

    @Test
    void refusesNamesAndAddressesThatAreNone() throws Exception {
        assertRefusedAndGivenBack(request("-bad name"), "1 to 64 letters");
        assertRefusedAndGivenBack(request("bad-address").setAddress("a b"), "DNS name or an IP address");
        assertRefusedAndGivenBack(request("bad-port").setPort(0), "from 1 to 65535");
    }

    @Test
    void refusesAMachineWithoutProcessors() throws Exception {
        assertRefusedAndGivenBack(
                request("hollow").setFacts(HostFacts.newBuilder().setHardwareId("hollow")), "from 1 to 8192");
    }

    @Test
    void refusesANewerProtocol() throws Exception {
        assertRefusedAndGivenBack(request("future").setProtocol(2), "Upgrade the engine first.");
    }

    @Test
    void refusesARequestWithoutAKey() throws Exception {
        assertRefusedAndGivenBack(request("keyless").setCsrPem("no key"), "");
    }

    @Test
    void aHostRefusesAnEngineWithAnotherCa() throws Exception {
        String token = fleet.joinToken(1);
        String pin = token.split("\\.")[2];
        String foreign = token.replace(pin, "0".repeat(pin.length()));

        FleetProcess pinned = FleetProcess.start(ApiClient.dataDir().resolve("pinned"), foreign, "--hosts", "1");

        assertEquals(1, pinned.exitStatus(), pinned.log());
        assertEquals(1, usesLeft());
    }

    @Test
    void renewsNothingForCallersWithoutACertificate() throws Exception {
        RenewRequest request = RenewRequest.newBuilder()
                .setCsrPem(KeyRequest.generate().csrPem())
                .build();

        StatusRuntimeException refused =
                assertThrows(StatusRuntimeException.class, () -> call(trusting().build(), stub -> stub.renew(request)));

        assertEquals(Status.Code.UNAUTHENTICATED, refused.getStatus().getCode());
        assertTrue(words(refused).contains("Show the certificate"), words(refused));
    }

    @Test
    void tellsTheTermToHostsOnly() throws Exception {
        StatusRuntimeException refused = assertThrows(
                StatusRuntimeException.class,
                () -> call(trusting().build(), stub -> stub.currentTerm(CurrentTermRequest.getDefaultInstance())));

        assertEquals(Status.Code.UNAUTHENTICATED, refused.getStatus().getCode());
    }

    @Test
    void aUsedTokenJoinsNobodyElse() throws Exception {
        String secret = JoinToken.parse(fleet.joinToken(1)).secret();
        JoinResponse joined = joined(request("first").setTokenSecret(secret).build());

        StatusRuntimeException refused =
                refused(request("second").setTokenSecret(secret).build());

        assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
        assertTrue(words(refused).contains("used up"), words(refused));
        api.delete("/hosts/" + joined.getHostId()).expect(204);
    }

    @Test
    void ofTwoJoinsWithOneUseOneIsServed() throws Exception {
        String secret = JoinToken.parse(fleet.joinToken(1)).secret();
        List<JoinRequest> requests = List.of(
                request("racer-1").setTokenSecret(secret).build(),
                request("racer-2").setTokenSecret(secret).build());

        List<String> joined = requests.stream()
                .map(request -> CompletableFuture.supplyAsync(() -> join(request), Thread::startVirtualThread))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .flatMap(Optional::stream)
                .toList();

        assertEquals(1, joined.size());
        api.delete("/hosts/" + joined.getFirst()).expect(204);
    }

    @Test
    void aCertificateOfAnotherCaRenewsNothing(@TempDir Path folder) throws Exception {
        CertificateAuthority foreign = CertificateAuthority.open(folder);
        KeyPair key = CertificateAuthority.newKey();
        X509Certificate forged = foreign.issue(
                key.getPublic(),
                "sim-0001",
                List.of("kvorum://host/" + fleet.hostId("sim-0001")),
                List.of(),
                CertificateAuthority.Purpose.BOTH,
                Duration.ofDays(1));
        RenewRequest request = RenewRequest.newBuilder()
                .setCsrPem(KeyRequest.generate().csrPem())
                .build();
        SslContext asForger = trusting()
                .keyManager(showing(key.getPrivate(), forged, foreign.certificate()))
                .build();

        StatusRuntimeException refused =
                assertThrows(StatusRuntimeException.class, () -> call(asForger, stub -> stub.renew(request)));

        // TLS ends before the request is read.
        assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode(), refused.toString());
    }

    @Test
    void simulatedHostsThatAreRefusedSayWhyAndEnd() throws Exception {
        Path stateDir = ApiClient.dataDir().resolve("refused-fleet");

        FleetProcess twins = FleetProcess.start(stateDir, fleet.joinToken(1), "--hosts", "1");

        assertEquals(1, twins.exitStatus());
        assertTrue(twins.log().contains("Another host has this name."), twins.log());
        assertFalse(twins.log().contains("\tat "), twins.log());
    }

    private void assertRefusedAndGivenBack(JoinRequest.Builder request, String why)
            throws GeneralSecurityException, IOException, SQLException {
        String secret = JoinToken.parse(fleet.joinToken(1)).secret();

        StatusRuntimeException refused = refused(request.setTokenSecret(secret).build());

        assertTrue(words(refused).contains(why), refused.toString());
        assertEquals(1, usesLeft(), "The use of the token is lost");
    }

    /** Of the newest token. */
    private int usesLeft() {
        return api.get("/join-tokens")
                .expect(200)
                .json()
                .path("items")
                .path(0)
                .path("uses")
                .asInt();
    }

    private Set<String> hosts() {
        Set<String> names = new TreeSet<>();
        api.all("/hosts", 100).forEach(host -> names.add(host.path("name").asText()));
        return names;
    }

    private static JoinRequest.Builder request(String name) throws GeneralSecurityException {
        return JoinRequest.newBuilder()
                .setName(name)
                .setAddress("127.0.0.1")
                .setPort(9)
                .setProtocol(1)
                .setCsrPem(KeyRequest.generate().csrPem())
                .setFacts(facts("hardware of " + name));
    }

    private static HostFacts facts(String hardwareId) {
        return HostFacts.newBuilder()
                .setHardwareId(hardwareId)
                .setHostname("odd")
                .setMemoryBytes(8L << 30)
                .setVirtualization(Virtualization.VIRTUALIZATION_SIMULATED)
                .setCpu(CpuFacts.newBuilder().setThreads(4))
                .build();
    }

    private static StatusRuntimeException refused(JoinRequest request) {
        return assertThrows(StatusRuntimeException.class, () -> joined(request));
    }

    private static JoinResponse joined(JoinRequest request) throws IOException {
        return call(trusting().build(), stub -> stub.join(request));
    }

    /** The new host's id, or nothing where it was refused. */
    private static Optional<String> join(JoinRequest request) {
        try {
            return Optional.of(joined(request).getHostId());
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Call<A> {
        A run(EnrollmentServiceBlockingStub stub);
    }

    private static SslContextBuilder trusting() {
        return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .trustManager(InsecureTrustManagerFactory.INSTANCE);
    }

    /** Shows its certificate though the other side asks for one of its own CA. */
    private static X509ExtendedKeyManager showing(PrivateKey key, X509Certificate... chain) {
        return new X509ExtendedKeyManager() {
            @Override
            public String[] getClientAliases(String keyType, Principal[] issuers) {
                return new String[] {"forged"};
            }

            @Override
            public String[] getServerAliases(String keyType, Principal[] issuers) {
                return new String[0];
            }

            @Override
            public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
                return "forged";
            }

            @Override
            public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
                return "forged";
            }

            @Override
            public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
                return "";
            }

            @Override
            public X509Certificate[] getCertificateChain(String alias) {
                return chain;
            }

            @Override
            public PrivateKey getPrivateKey(String alias) {
                return key;
            }
        };
    }

    private static <A> A call(SslContext tls, Call<A> call) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", enrollmentPort)
                .sslContext(tls)
                .overrideAuthority("localhost")
                .build();
        try {
            return call.run(EnrollmentServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS));
        } finally {
            channel.shutdownNow();
        }
    }

    private static String words(StatusRuntimeException refused) {
        return String.valueOf(refused.getStatus().getDescription());
    }
}
