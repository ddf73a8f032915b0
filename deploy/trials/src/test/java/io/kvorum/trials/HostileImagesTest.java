package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.trials.EngineClient.ProblemException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Images that lie: each is refused in words and leaves nothing behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileImagesTest {

    private RealCluster real;
    private EngineClient engine;
    private String query;

    @BeforeAll
    void aCluster() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        query = "&storageDomainId=" + real.cluster.storageDomainId();
    }

    @Test
    void refusesABackingFile(@TempDir Path folder) throws Exception {
        Path image = folder.resolve("backed.qcow2");
        run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-F", "raw", "-b", "/etc/shadow", image.toString(), "64M");
        ProblemException refused =
                assertThrows(ProblemException.class, () -> engine.upload("name=backed&format=qcow2" + query, image));
        assertEquals(400, refused.status());
        assertTrue(refused.problem().toString().contains("backing"), refused.getMessage());
        leftNothing("backed");
    }

    @Test
    void refusesAnotherFormatThanDeclared() throws Exception {
        ProblemException refused = assertThrows(
                ProblemException.class,
                () -> engine.upload(
                        "name=wrong&format=qcow2" + query,
                        "not a qcow2 at all".repeat(100).getBytes(StandardCharsets.UTF_8)));
        assertEquals(400, refused.status());
        leftNothing("wrong");
    }

    @Test
    void refusesAWrongChecksum() throws Exception {
        ProblemException refused = assertThrows(
                ProblemException.class,
                () -> engine.upload(
                        "name=sum&format=qcow2&sha256=" + "0".repeat(64) + query,
                        real.lab.image(Lab.GuestImage.LINUX)));
        assertEquals(400, refused.status());
        leftNothing("sum");
    }

    @Test
    void forgetsATruncatedUpload() throws Exception {
        String token =
                engine.post("/tokens", Map.of("name", "cut")).get("secret").asText();
        try (Socket socket = new Socket("127.0.0.1", engine.uri().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/v1/images?name=cut&format=qcow2" + query
                            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                            + "\r\nContent-Type: application/octet-stream\r\nContent-Length: 13000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(Files.readAllBytes(real.lab.image(Lab.GuestImage.LINUX)), 0, 1_000_000);
            out.flush();
            engine.until(
                    "the upload to begin",
                    Duration.ofSeconds(30),
                    () -> engine.get("/images?q=cut"),
                    list -> !list.get("items").isEmpty());
        }
        engine.until(
                "the upload to be forgotten",
                Duration.ofSeconds(60),
                () -> engine.get("/images?q=cut"),
                list -> list.get("items").isEmpty());
        leftNothing("cut");
    }

    @Test
    void refusesWhatDoesNotFitIntoTheDomain() throws Exception {
        String token =
                engine.post("/tokens", Map.of("name", "large")).get("secret").asText();
        try (Socket socket = new Socket("127.0.0.1", engine.uri().getPort())) {
            socket.getOutputStream()
                    .write(("POST /api/v1/images?name=large&format=raw" + query
                                    + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                                    + "\r\nContent-Type: application/octet-stream\r\nContent-Length: 17000000000000\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes(12);
            assertEquals("HTTP/1.1 409", new String(answer, StandardCharsets.US_ASCII));
        }
        leftNothing("large");
    }

    private void leftNothing(String name) throws Exception {
        assertEquals(0, engine.get("/images?q=" + name).get("items").size());
        Path disks = Path.of("/var/lib/kvorum-lab/shared/kvorum-" + real.cluster.storageDomainId() + "/disks");
        try (var files = Files.list(disks)) {
            assertEquals(
                    0, files.filter(file -> file.toString().endsWith(".new")).count());
        }
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
