package io.kvorum.server.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostHeard;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** That nothing new is left out, and nothing old is told twice. */
class HostArrivalsTest {

    private static final UUID HOST = new UUID(0, 1);

    private final HostArrivals arrivals = new HostArrivals();

    private static HostHeard beat(boolean connected) {
        return new HostHeard(HOST, connected, connected ? null : "libvirtd is gone");
    }

    @Test
    void knowsOfNoHostThatWasNeverHeard() {
        assertEquals(OptionalLong.empty(), arrivals.latestNanos(HOST));
    }

    @Test
    void ofEqualHeartbeatsOneWaits() {
        HostHeard first = beat(true);

        assertTrue(arrivals.note(first));
        long heard = arrivals.latestNanos(HOST).orElseThrow();
        assertFalse(arrivals.note(beat(true)));
        assertTrue(arrivals.latestNanos(HOST).orElseThrow() - heard > 0);
        arrivals.gone(first);
        assertTrue(arrivals.note(beat(true)));
    }

    @Test
    void whatTellsSomethingElseIsToldInOrder() {
        assertTrue(arrivals.note(beat(true)));
        assertTrue(arrivals.note(beat(false)));
        assertTrue(arrivals.note(beat(true)));
        assertFalse(arrivals.note(beat(true)));
    }

    @Test
    void anOlderOneThatIsHandledLeavesTheLatestWaiting() {
        HostHeard first = beat(true);
        arrivals.note(first);
        arrivals.note(beat(false));

        arrivals.gone(first);

        assertFalse(arrivals.note(beat(false)));
    }

    @Test
    void whatCouldNotBeTakenIsTakenTheNextTime() {
        HostHeard first = beat(true);
        assertTrue(arrivals.note(first));

        arrivals.gone(first);

        assertTrue(arrivals.note(first));
    }

    @Test
    void everythingElseIsTold() {
        Event lost = new Event.HostConnectionLost(HOST, "reset");

        assertTrue(arrivals.note(lost));
        assertTrue(arrivals.note(lost));
        assertEquals(OptionalLong.empty(), arrivals.latestNanos(HOST));
    }
}
