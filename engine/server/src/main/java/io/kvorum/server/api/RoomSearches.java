package io.kvorum.server.api;

import io.kvorum.core.scheduling.Room;
import io.kvorum.core.scheduling.RoomSearch;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Searches for room, one after the other, on a thread of their own that gives way to everything else. */
@ApplicationScoped
public class RoomSearches {

    /** Each has a copy of the hosts. */
    private static final int WAITING = 8;

    /** Less than other replicas wait for the leader's answer. */
    private static final Duration LIMIT = Duration.ofSeconds(4);

    private final ExecutorService thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform()
                    .name("room-", 0)
                    .daemon()
                    .priority(Thread.MIN_PRIORITY)
                    .factory());

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    /**
     * What the search finds.
     *
     * @throws ProblemException if it takes too long, with those before it, or too many wait
     */
    Room run(RoomSearch search) {
        Future<Room> found;
        try {
            found = thread.submit(search::run);
        } catch (RejectedExecutionException e) {
            throw busy();
        }
        try {
            return found.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            found.cancel(false);
            throw busy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The search for room failed", e.getCause());
        }
    }

    private static ProblemException busy() {
        return ProblemException.conflict("Searches for room take too long just now; try again in some seconds.");
    }
}
