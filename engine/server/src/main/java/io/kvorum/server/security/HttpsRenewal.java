package io.kvorum.server.security;

import io.kvorum.server.KvorumConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Renews the certificate of the API once a day; the HTTP server reads it again by itself. */
@ApplicationScoped
public class HttpsRenewal {

    private static final Logger LOG = Logger.getLogger(HttpsRenewal.class);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("https-renewal").factory());
    private final EngineIdentity identity;
    private final HttpsCertificate certificate;

    HttpsRenewal(EngineIdentity identity, KvorumConfig config) {
        this.identity = identity;
        this.certificate = new HttpsCertificate(
                config.dataDir().toAbsolutePath().resolve("ca"),
                config.publicNames().orElse(List.of()));
    }

    void start(@Observes StartupEvent event) {
        timer.scheduleAtFixedRate(this::renew, 1, 1, TimeUnit.DAYS);
    }

    private void renew() {
        try {
            certificate.renew(identity.authority());
        } catch (GeneralSecurityException | IOException e) {
            LOG.error("The certificate of the API could not be renewed; it holds for some weeks yet", e);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        timer.shutdownNow();
    }
}
