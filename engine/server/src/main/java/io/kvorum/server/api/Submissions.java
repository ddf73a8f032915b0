package io.kvorum.server.api;

import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Subjects;
import io.kvorum.server.events.ChangeFeed;
import io.kvorum.server.events.ChangeFeed.Notice;
import io.kvorum.server.events.ChangeFeed.Subscription;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.OperationQueue;
import io.kvorum.server.persistence.OperationQueue.Earlier;
import io.kvorum.server.security.Secrets;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How requests become operations, on any replica: stored first, then decided by the leader, then answered. What the
 * leader refuses at once is answered as an error; what it begins, as an operation that goes on.
 */
@ApplicationScoped
public class Submissions {

    /** Looked at this often even if a notification was lost. */
    private static final long POLL_MILLIS = 500;

    private static final int MAX_KEY_CHARS = 128;

    private final OperationQueue queue;
    private final ChangeFeed feed;
    private final Documents documents;

    Submissions(OperationQueue queue, ChangeFeed feed, Documents documents) {
        this.queue = queue;
        this.feed = feed;
        this.documents = documents;
    }

    /** Submits and waits until the leader has begun or refused it, or the time is over. */
    public Operation begin(Request request, String actor, @Nullable String idempotencyKey, Duration wait)
            throws SQLException, InterruptedException {
        return submit(request, actor, idempotencyKey, wait, state -> state != OperationState.QUEUED);
    }

    /** Submits and waits until it has ended, or the time is over; then it is answered as it stands. */
    public Operation runToEnd(Request request, String actor, @Nullable String idempotencyKey, Duration wait)
            throws SQLException, InterruptedException {
        return submit(request, actor, idempotencyKey, wait, OperationState::ended);
    }

    public Operation runToEnd(Request request, String actor, Duration wait) throws SQLException, InterruptedException {
        return runToEnd(request, actor, null, wait);
    }

    /** The operation once it has ended, or as it stands when the time is over; empty if there is none. */
    public Optional<Operation> awaitEnd(UUID id, Duration wait) throws SQLException, InterruptedException {
        if (queue.state(id).isEmpty()) {
            return Optional.empty();
        }
        long deadline = System.nanoTime() + wait.toNanos();
        Semaphore news = new Semaphore(0);
        try (Subscription subscription = subscribe(Set.of(id.toString()), news)) {
            return Optional.of(await(id, deadline, news, OperationState::ended));
        }
    }

    private Subscription subscribe(Set<String> awaited, Semaphore news) {
        return feed.subscribe(notice -> {
            if (notice instanceof Notice.Changed(String kind, String id, long revision) && awaited.contains(id)) {
                news.release();
            }
        });
    }

    private Operation submit(
            Request request, String actor, @Nullable String key, Duration wait, Predicate<OperationState> enough)
            throws SQLException, InterruptedException {
        if (key != null && (key.isBlank() || key.length() > MAX_KEY_CHARS)) {
            throw ProblemException.invalid("Idempotency-Key", key, "Must be 1 to " + MAX_KEY_CHARS + " characters.");
        }
        long deadline = System.nanoTime() + wait.toNanos();
        Operation operation = Operation.queued(UUID.randomUUID(), request, Subjects.of(request), actor, null);
        Semaphore news = new Semaphore(0);
        Set<String> awaited = ConcurrentHashMap.newKeySet();
        awaited.add(operation.id().toString());
        try (Subscription subscription = subscribe(awaited, news)) {
            String hash = key == null ? null : Secrets.sha256(documents.write(request));
            Optional<Earlier> earlier = queue.submit(operation, key, hash);
            if (earlier.isEmpty()) {
                // What was just stored as queued need not be read to know that.
                awaitNews(deadline, news);
                return await(operation.id(), deadline, news, enough);
            }
            if (!earlier.get().requestHash().equals(hash)) {
                throw ProblemException.conflict("The Idempotency-Key " + key
                        + " was used for another request. Use a new key for a new request.");
            }
            awaited.add(earlier.get().operationId().toString());
            return await(earlier.get().operationId(), deadline, news, enough);
        }
    }

    private Operation await(UUID id, long deadlineNanos, Semaphore news, Predicate<OperationState> enough)
            throws SQLException, InterruptedException {
        boolean worthReading = true;
        while (true) {
            boolean over = deadlineNanos - System.nanoTime() <= 0;
            if (over || worthReading) {
                Operation now = queue.find(id).orElseThrow();
                if (over || enough.test(now.state())) {
                    return now;
                }
            }
            // A batch's document is large: it is not read again just because time passes.
            worthReading = awaitNews(deadlineNanos, news)
                    || queue.state(id).filter(enough).isPresent();
        }
    }

    /** Whether there was news; without any it looks up after a while all the same. */
    private static boolean awaitNews(long deadlineNanos, Semaphore news) throws InterruptedException {
        long left = deadlineNanos - System.nanoTime();
        if (news.tryAcquire(Math.min(left, TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS)), TimeUnit.NANOSECONDS)) {
            news.drainPermits();
            return true;
        }
        return false;
    }
}
