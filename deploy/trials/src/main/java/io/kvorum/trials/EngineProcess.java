package io.kvorum.trials;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An engine of its own, with its data in one folder and everything embedded, that can be killed and started again. */
public final class EngineProcess implements AutoCloseable {

    private static final Duration READY_LIMIT = Duration.ofSeconds(90);

    private final Path root;
    private final Path data;
    private final int port;
    private final int enrollmentPort;
    private String enrollmentAddress = Lab.engineAddress();
    private final Map<String, String> settings = new HashMap<>();
    private @Nullable Process process;

    public EngineProcess(Path root, Path data, int port, int enrollmentPort) {
        this.root = root;
        this.data = data;
        this.port = port;
        this.enrollmentPort = enrollmentPort;
    }

    /** The same engine, for hosts that reach it at another address than the lab's. */
    public EngineProcess enrollingAt(String address) {
        enrollmentAddress = address;
        return this;
    }

    /** The same engine with that environment variable. */
    public EngineProcess with(String setting, String value) {
        settings.put(setting, value);
        return this;
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public long pid() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("The engine does not run");
        }
        return running.pid();
    }

    public String adminPassword() throws IOException {
        return Files.readString(data.resolve("initial-admin-password")).strip();
    }

    /** Starts it; answers how long it took until the first request was answered. */
    public Duration start() throws IOException, InterruptedException {
        Files.createDirectories(data);
        ProcessBuilder builder = new ProcessBuilder(
                        root.resolve("engine/server/src/main/sh/kvorum-engine").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolve("engine.log").toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KVORUM_DATA_DIR",
                        data.toString(),
                        "KVORUM_ENROLLMENT_PORT",
                        Integer.toString(enrollmentPort),
                        "KVORUM_ENROLLMENT_ENDPOINTS",
                        enrollmentAddress + ":" + enrollmentPort,
                        "QUARKUS_HTTP_PORT",
                        Integer.toString(port),
                        "QUARKUS_HTTP_SSL_PORT",
                        "0"));
        builder.environment().putAll(settings);
        long began = System.nanoTime();
        process = builder.start();
        awaitReady();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void awaitReady() throws InterruptedException, IOException {
        HttpRequest request =
                HttpRequest.newBuilder(uri().resolve("/q/health/ready")).build();
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (System.nanoTime() < deadline) {
                Process running = process;
                if (running == null || !running.isAlive()) {
                    throw new IOException("The engine ended; see " + data.resolve("engine.log"));
                }
                try {
                    if (http.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException e) {
                    // Not listening yet.
                }
                Thread.sleep(20);
            }
        }
        throw new IOException(
                "The engine was not ready in " + READY_LIMIT.toSeconds() + " s; see " + data.resolve("engine.log"));
    }

    /** kill -9: no chance to tidy up. */
    public void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            running.waitFor();
        }
    }

    @Override
    public void close() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroy();
            if (!running.waitFor(Duration.ofSeconds(20))) {
                running.destroyForcibly();
                running.waitFor();
            }
        }
    }
}
