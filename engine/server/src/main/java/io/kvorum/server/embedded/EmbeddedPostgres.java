package io.kvorum.server.embedded;

import io.kvorum.server.security.CertificateAuthority;
import io.kvorum.server.security.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * PostgreSQL as a child of this process, its data in one folder. Durable: unlike the library's default for tests, every
 * commit reaches the disk. What an engine that was killed left running is ended first.
 */
final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(EmbeddedPostgres.class);

    private static final String RULES = """
            local all all scram-sha-256
            host all all 127.0.0.1/32 scram-sha-256
            """;

    private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;
    private final String password;

    private EmbeddedPostgres(io.zonky.test.db.postgres.embedded.EmbeddedPostgres server, String password) {
        this.server = server;
        this.password = password;
    }

    /** Starts it on a free port of the loopback; returns when it answers. */
    static EmbeddedPostgres start(Path folder) throws IOException {
        Path data = folder.resolve("data");
        Files.createDirectories(folder);
        endLeftover(data);
        String password = password(folder.resolve("password"));
        var builder = io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setOverrideWorkingDirectory(folder.resolve("binaries").toFile())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setConnectConfig("password", password)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("shared_buffers", "64MB")
                .setServerConfig("max_connections", "60")
                .setPGStartupWait(Duration.ofSeconds(60));
        EmbeddedPostgres postgres = new EmbeddedPostgres(builder.start(), password);
        postgres.askForPassword(data);
        return postgres;
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            CertificateAuthority.writePrivate(file, Secrets.random());
        }
        return Files.readString(file);
    }

    /** As it is made, it lets everybody on this machine in. */
    private void askForPassword(Path data) throws IOException {
        Path rules = data.resolve("pg_hba.conf");
        if (Files.readString(rules).equals(RULES)) {
            return;
        }
        try (Connection connection = DriverManager.getConnection(jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("set password_encryption = 'scram-sha-256'");
            statement.execute("alter role postgres password '" + password + "'");
            Files.writeString(rules, RULES);
            statement.execute("select pg_reload_conf()");
        } catch (SQLException e) {
            throw new IOException("The embedded PostgreSQL cannot be closed to others: " + e.getMessage(), e);
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=postgres&password=" + password;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** A postmaster that outlived its engine would keep the new one from starting. */
    private static void endLeftover(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        List<String> lines = Files.readAllLines(pidFile, StandardCharsets.UTF_8);
        Optional<ProcessHandle> process = lines.isEmpty() ? Optional.empty() : processOf(lines.getFirst(), data);
        if (process.isPresent()) {
            LOG.infof(
                    "Ending the PostgreSQL (process %d) that an earlier engine left",
                    process.get().pid());
            try {
                endFast(process.get().pid());
                process.get().onExit().get(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted while an earlier PostgreSQL ended", e);
            } catch (ExecutionException | TimeoutException e) {
                process.get().destroyForcibly();
            }
        }
        Files.deleteIfExists(pidFile);
    }

    /** PostgreSQL's fast shutdown; on the ordinary signal it would wait for connections that nobody holds any more. */
    private static void endFast(long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(pid)).start().waitFor();
    }

    /** The process if it lives and is a PostgreSQL of that folder; a pid may have gone to somebody else meanwhile. */
    private static Optional<ProcessHandle> processOf(String pid, Path data) {
        return ProcessHandle.of(Long.parseLong(pid.strip()))
                .filter(ProcessHandle::isAlive)
                .filter(handle ->
                        commandLine(handle.pid()).contains(data.toAbsolutePath().toString()));
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.UTF_8)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }
}
