package io.kvorum.agent.enrollment;

import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.IdentityKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Renews a host's certificate when a third of its life is left, again and again. After a failure it tries after 5 s,
 * then twice as long, up to 10 min.
 */
public final class CertificateRenewal {
    private static final Logger LOG = Logger.getLogger(CertificateRenewal.class.getName());
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
    private static final Duration LAST_RETRY = Duration.ofMinutes(10);

    private final Path stateDir;
    private final IdentityKeys keys;
    private final EngineTrust trust;
    private final Optional<Consumer<HypervisorCredentials>> hypervisor;
    private final ScheduledExecutorService scheduler;
    private final Executor blocking;
    private final InstantSource clock;
    private HostIdentity identity;
    private Duration retry = FIRST_RETRY;

    /** @param hypervisor takes libvirt's new certificate; empty where it has none */
    public CertificateRenewal(
            HostIdentity identity,
            Path stateDir,
            IdentityKeys keys,
            EngineTrust trust,
            Optional<Consumer<HypervisorCredentials>> hypervisor,
            ScheduledExecutorService scheduler,
            Executor blocking,
            InstantSource clock) {
        this.identity = identity;
        this.stateDir = stateDir;
        this.keys = keys;
        this.trust = trust;
        this.hypervisor = hypervisor;
        this.scheduler = scheduler;
        this.blocking = blocking;
        this.clock = clock;
    }

    public synchronized void schedule() throws GeneralSecurityException {
        after(Duration.between(clock.instant(), identity.renewAt()));
    }

    private void after(Duration delay) {
        // Looked at again at least once a day, since a sleeping machine's clock jumps.
        long millis = Math.clamp(delay.toMillis(), 1000, 86_400_000);
        var unused = scheduler.schedule(() -> blocking.execute(this::renewIfDue), millis, TimeUnit.MILLISECONDS);
    }

    private synchronized void renewIfDue() {
        try {
            if (clock.instant().isBefore(identity.renewAt())) {
                schedule();
                return;
            }
            Enrollment.Enrolled renewed = Enrollment.renew(identity, hypervisor.isPresent());
            renewed.identity().save(stateDir);
            identity = renewed.identity();
            keys.put(identity);
            trust.replace(identity.caPem());
            renewed.hypervisor().ifPresent(fresh -> hypervisor.ifPresent(taker -> taker.accept(fresh)));
            retry = FIRST_RETRY;
            LOG.info(() -> "certificate renewed host=" + identity.hostId());
            schedule();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "certificate not renewed host=" + identity.hostId() + " retry_s=" + retry.toSeconds() + " reason="
                            + e.getMessage());
            after(retry);
            retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
        }
    }
}
