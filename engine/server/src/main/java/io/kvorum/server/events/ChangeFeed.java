package io.kvorum.server.events;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Tells this replica of every committed change, whoever made it, by PostgreSQL's notifications. After a broken
 * connection, subscribers are told to look at everything again.
 */
@ApplicationScoped
public class ChangeFeed {

    private static final Logger LOG = Logger.getLogger(ChangeFeed.class);
    private static final int WAIT_MILLIS = 30_000;

    /** One notification; {@code Lost} where some may have been missed. */
    public sealed interface Notice {
        record Changed(String kind, String id, long revision) implements Notice {}

        /** Or one shall be called off. */
        record OperationQueued(String id) implements Notice {}

        record Lost() implements Notice {}
    }

    /** Ends when it is closed. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private final AgroalDataSource dataSource;
    private final Set<Consumer<Notice>> subscribers = ConcurrentHashMap.newKeySet();
    private volatile boolean running = true;
    private volatile @Nullable Thread thread;

    ChangeFeed(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** The consumer is called on the feed's own thread and must not block. Close the result to end it. */
    public Subscription subscribe(Consumer<Notice> consumer) {
        subscribers.add(consumer);
        return () -> subscribers.remove(consumer);
    }

    void start(@Observes @Priority(10) StartupEvent event) {
        thread = Thread.ofPlatform().name("change-feed").daemon().start(this::listen);
    }

    void stop(@Observes ShutdownEvent event) {
        running = false;
        Thread listening = thread;
        if (listening != null) {
            listening.interrupt();
        }
    }

    private void listen() {
        while (running) {
            try (Connection connection = dataSource.getConnection()) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("listen kvorum_change");
                    statement.execute("listen kvorum_operation");
                }
                publish(new Notice.Lost());
                PGConnection notifications = connection.unwrap(PGConnection.class);
                while (running) {
                    PGNotification[] received = notifications.getNotifications(WAIT_MILLIS);
                    if (received != null) {
                        for (PGNotification notification : received) {
                            read(notification);
                        }
                    }
                }
            } catch (SQLException e) {
                if (running) {
                    LOG.warnf("Lost the notifications of PostgreSQL: %s", e.getMessage());
                    pause();
                }
            }
        }
    }

    private void read(PGNotification notification) {
        String payload = notification.getParameter();
        switch (notification.getName()) {
            case "kvorum_operation" -> publish(new Notice.OperationQueued(payload));
            default ->
                payload.lines().forEach(line -> {
                    String[] parts = line.split(" ", 3);
                    if (parts.length == 3) {
                        publish(new Notice.Changed(parts[0], parts[1], Long.parseLong(parts[2])));
                    }
                });
        }
    }

    private void publish(Notice notice) {
        for (Consumer<Notice> subscriber : subscribers) {
            try {
                subscriber.accept(notice);
            } catch (RuntimeException e) {
                LOG.warn("A subscriber of changes failed", e);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
