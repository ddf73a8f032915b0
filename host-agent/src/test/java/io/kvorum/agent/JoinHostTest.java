package io.kvorum.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.Pem;
import io.kvorum.agent.stub.EngineStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The join command against a stub of the engine, on libvirt's test driver. */
class JoinHostTest {
    @TempDir
    Path dir;

    EngineStub engine;
    Path state;
    Path config;

    @BeforeEach
    void begin() throws Exception {
        engine = new EngineStub("127.0.0.1", Duration.ofDays(30));
        state = dir.resolve("state");
        config = configured("tls.reload-command=");
    }

    @AfterEach
    void end() {
        engine.close();
    }

    @Test
    void storesIdentityThatOnlyItsOwnerReads() throws Exception {
        join(engine.token());

        HostIdentity identity = HostIdentity.load(state).orElseThrow();
        assertEquals(Objects.requireNonNull(engine.joined.get("host-a")).hostId(), identity.hostId());
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("identity.properties"))));
        assertEquals("0\n", Files.readString(state.resolve("epoch")));
        Pem.privateKey(identity.keyPem());
    }

    @Test
    void installsCertificatesOfLibvirtAndQemu() throws Exception {
        join(engine.token());

        Path pki = dir.resolve("pki");
        for (String file : List.of(
                "CA/cacert.pem",
                "libvirt/servercert.pem",
                "libvirt/clientcert.pem",
                "libvirt/private/serverkey.pem",
                "libvirt/private/clientkey.pem",
                "qemu/server-cert.pem",
                "qemu/server-key.pem",
                "qemu/client-cert.pem",
                "qemu/client-key.pem",
                "qemu/ca-cert.pem")) {
            assertTrue(Files.size(pki.resolve(file)) > 0, file);
        }
        String key = PosixFilePermissions.toString(
                Files.getPosixFilePermissions(pki.resolve("libvirt/private/serverkey.pem")));
        assertEquals("rw-------", key);
        assertFalse(Files.readString(pki.resolve("qemu/server-key.pem"))
                .equals(HostIdentity.load(state).orElseThrow().keyPem()));
    }

    @Test
    void refusesEngineWhoseCaTheTokenDoesNotPin() throws Exception {
        String[] parts = engine.token().split("\\.");
        String wrong = parts[0] + "." + parts[1] + "." + "0".repeat(64) + "." + parts[3];

        String message = assertRefused(wrong);

        assertTrue(message.contains("fingerprint"), message);
        assertEquals(Optional.empty(), HostIdentity.load(state));
        assertTrue(engine.joined.isEmpty(), "the secret went to nobody");
    }

    @Test
    void passesOnWhyTheEngineRefusesAToken() throws Exception {
        String spent = engine.token().replace(EngineStub.SECRET, "spent-secret");

        String message = assertRefused(spent);

        assertTrue(message.contains("no such token"), message);
        assertFalse(message.contains("spent-secret"), message);
    }

    @Test
    void refusesToJoinOlderEngineAndNamesBothProtocols() throws Exception {
        engine.protocol = 0;

        String message = assertRefused(engine.token());

        assertTrue(message.contains("protocol 1") && message.contains("engine 0"), message);
    }

    @Test
    void saysWhichEnginesCouldNotBeReached() throws Exception {
        String token = engine.token();
        engine.close();

        String message = assertRefused(token);

        assertTrue(message.contains("No engine could be reached; 127.0.0.1:"), message);
    }

    @Test
    void refusesSecondJoinWithoutForce() throws Exception {
        join(engine.token());
        String first = HostIdentity.load(state).orElseThrow().hostId();

        String message = assertRefused(engine.token());
        assertTrue(message.contains("--force"), message);
        assertEquals(first, HostIdentity.load(state).orElseThrow().hostId());

        join(engine.token(), "--force");
        assertNotEquals(first, HostIdentity.load(state).orElseThrow().hostId());
    }

    @Test
    void doesNotWaitForLibvirtdThatDoesNotListenYet() throws Exception {
        config = configured("tls.reload-command=sleep 60");
        long begun = System.nanoTime();

        join(engine.token());

        assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 20);
    }

    @Test
    void refusesTokenInWrongForm() {
        assertThrows(IllegalArgumentException.class, () -> join("kj1.abc"));
    }

    private Path configured(String reload) throws IOException {
        return Files.writeString(dir.resolve("agent.properties"), """
                hypervisor.uri=test:///default
                serial.log-dir=%s/serial
                tls.pki-dir=%s/pki
                %s
                """.formatted(dir, dir, reload));
    }

    private String assertRefused(String token) {
        return String.valueOf(assertThrows(IOException.class, () -> join(token)).getMessage());
    }

    private void join(String token, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "--token",
                token,
                "--address",
                "127.0.0.1",
                "--name",
                "host-a",
                "--state-dir",
                state.toString(),
                "--config",
                config.toString()));
        words.addAll(List.of(more));
        JoinHost.run(Arguments.parse(
                words.toArray(String[]::new),
                0,
                Set.of("token", "address", "name", "state-dir", "config"),
                Set.of("force")));
    }
}
