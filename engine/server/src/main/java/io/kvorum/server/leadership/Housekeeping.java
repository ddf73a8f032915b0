package io.kvorum.server.leadership;

import io.kvorum.server.KvorumConfig;
import io.kvorum.server.persistence.Retention;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** What the leader does once in a while: it forgets operations and events that are older than they are to be kept. */
@ApplicationScoped
public class Housekeeping {

    private static final Logger LOG = Logger.getLogger(Housekeeping.class);
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final long FIRST_MINUTES = 10;
    private static final long EVERY_MINUTES = 60;

    private final Leadership leadership;
    private final Retention retention;
    private final Duration operations;
    private final Duration events;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("housekeeping").daemon().factory());

    Housekeeping(Leadership leadership, Retention retention, KvorumConfig config) {
        this.leadership = leadership;
        this.retention = retention;
        this.operations =
                atLeast("kvorum.retention.operations", config.retention().operations());
        this.events = atLeast("kvorum.retention.events", config.retention().events());
    }

    private static Duration atLeast(String name, Duration age) {
        if (age.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(name + " is " + age + "; it must be at least " + SHORTEST
                    + ", so that a client that asks again finds its operation");
        }
        return age;
    }

    void start(@Observes StartupEvent event) {
        timer.scheduleWithFixedDelay(this::tidyUp, FIRST_MINUTES, EVERY_MINUTES, TimeUnit.MINUTES);
    }

    void stop(@Observes ShutdownEvent event) {
        timer.shutdownNow();
    }

    private void tidyUp() {
        if (leadership.term().isEmpty()) {
            return;
        }
        try {
            Instant now = Instant.now();
            long oldOperations = retention.deleteOperations(now.minus(operations));
            long oldEvents = retention.deleteEvents(now.minus(events));
            if (oldOperations + oldEvents > 0) {
                LOG.infof("Forgot %d operations and %d events that were too old", oldOperations, oldEvents);
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warnf("Old operations and events stay for now: %s", e.getMessage());
        }
    }
}
