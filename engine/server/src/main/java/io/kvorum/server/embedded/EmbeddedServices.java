package io.kvorum.server.embedded;

import io.kvorum.server.security.CertificateAuthority;
import io.kvorum.server.security.HttpsCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * Brings up, before the application, what the settings do not bring: PostgreSQL where {@code quarkus.datasource.jdbc.url}
 * is missing, ZooKeeper where {@code kvorum.leadership.zookeeper} is, and the engine's own certificate.
 */
public final class EmbeddedServices implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(EmbeddedServices.class);
    private static final String JDBC_URL = "quarkus.datasource.jdbc.url";
    private static final String ZOOKEEPER = "kvorum.leadership.zookeeper";

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Map<String, String> settings = new LinkedHashMap<>();

    /** Starts what is missing and tells the application by system properties. */
    public static EmbeddedServices start() throws Exception {
        EmbeddedServices services = new EmbeddedServices();
        try {
            services.startMissing();
        } catch (Exception e) {
            services.close();
            throw e;
        }
        return services;
    }

    private void startMissing() throws Exception {
        Config config = ConfigProvider.getConfig();
        Path folder = Path.of(
                        config.getOptionalValue("kvorum.data-dir", String.class).orElse(".kvorum"))
                .toAbsolutePath();
        createPrivate(folder);
        // PostgreSQL takes longest, and most of that it waits.
        FutureTask<EmbeddedPostgres> postgres =
                new FutureTask<>(() -> EmbeddedPostgres.start(folder.resolve("postgres")));
        boolean embedPostgres = config.getOptionalValue(JDBC_URL, String.class).isEmpty();
        if (embedPostgres) {
            Thread.ofVirtual().name("embedded-postgres-start").start(postgres);
            started.push(() -> postgres.get().close());
        }
        if (config.getOptionalValue(ZOOKEEPER, String.class).isEmpty()) {
            EmbeddedZooKeeper zookeeper = EmbeddedZooKeeper.start(folder.resolve("zookeeper"));
            started.push(zookeeper);
            tell(ZOOKEEPER, zookeeper.connectString());
        }
        prepareHttps(config, folder.resolve("ca"));
        if (embedPostgres) {
            tell(JDBC_URL, postgres.get().jdbcUrl());
            LOG.infof("PostgreSQL is embedded, its data in %s", folder.resolve("postgres"));
        }
    }

    private void prepareHttps(Config config, Path folder) throws IOException, GeneralSecurityException {
        List<String> names =
                config.getOptionalValues("kvorum.public-names", String.class).orElse(List.of());
        HttpsCertificate certificate = new HttpsCertificate(folder, names);
        certificate.renew(CertificateAuthority.open(folder));
        tell("quarkus.tls.key-store.pem.0.cert", certificate.certificateFile().toString());
        tell("quarkus.tls.key-store.pem.0.key", certificate.keyFile().toString());
        if (!names.isEmpty()) {
            tell("quarkus.http.host", "0.0.0.0");
            tell("quarkus.http.insecure-requests", "redirect");
        }
    }

    /** What the application was told: the settings of everything that was brought up. */
    public Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    private void tell(String setting, String value) {
        settings.put(setting, value);
        System.setProperty(setting, value);
    }

    private static void createPrivate(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x--x")));
        }
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                LOG.warn("An embedded service did not stop cleanly", e);
            }
        }
    }
}
