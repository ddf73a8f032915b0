package io.kvorum.server.leadership;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TenureTest {

    private static final long SECOND = 1_000_000_000L;

    /** It counts from anywhere, and may overflow. */
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND);

    private final Tenure tenure = new Tenure(Duration.ofSeconds(10), clock.get(), clock::get);

    @Test
    void endsBeforeTheSessionCouldExpire() {
        clock.addAndGet(8 * SECOND);
        assertTrue(tenure.holds());

        clock.addAndGet(SECOND);
        assertFalse(tenure.holds());
    }

    @Test
    void countsFromTheQuestionAndNotFromTheAnswer() {
        clock.addAndGet(5 * SECOND);
        long asked = clock.get();
        clock.addAndGet(4 * SECOND);
        tenure.confirm(asked);
        assertTrue(tenure.holds());

        clock.addAndGet(5 * SECOND);
        assertFalse(tenure.holds());
    }

    @Test
    void aPauseEndsItUntilItIsConfirmedAgain() {
        clock.addAndGet(60 * SECOND);
        assertFalse(tenure.holds());

        tenure.confirm(clock.get());
        assertTrue(tenure.holds());
    }
}
