package io.kvorum.server.controller;

import io.kvorum.core.availability.Arrivals;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostGreeted;
import io.kvorum.core.controller.Event.HostHeard;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When the hosts of a term were last heard, noted where their words are received. Of each host no more than one heartbeat
 * waits for the controller that tells the same.
 */
final class HostArrivals implements Arrivals {

    private record Arrival(long nanos, @Nullable HostHeard waiting) {}

    private final Map<UUID, Arrival> hosts = new ConcurrentHashMap<>();

    /** Whether the controller is to be told of it: not of a heartbeat while it has not handled the same one yet. */
    boolean note(Event event) {
        return switch (event) {
            case HostHeard heard -> {
                long now = System.nanoTime();
                Arrival noted = hosts.compute(
                        heard.hostId(),
                        (id, before) -> new Arrival(
                                now, before != null && heard.equals(before.waiting()) ? before.waiting() : heard));
                yield noted.waiting() == heard;
            }
            case HostGreeted greeted -> {
                hosts.compute(
                        greeted.hostId(),
                        (id, before) -> new Arrival(System.nanoTime(), before == null ? null : before.waiting()));
                yield true;
            }
            default -> true;
        };
    }

    /** It does not wait any more: it is being handled, or could not be taken. */
    void gone(Event event) {
        if (event instanceof HostHeard heard) {
            hosts.computeIfPresent(
                    heard.hostId(),
                    (id, arrival) -> arrival.waiting() == heard ? new Arrival(arrival.nanos(), null) : arrival);
        }
    }

    @Override
    public OptionalLong latestNanos(UUID hostId) {
        Arrival arrival = hosts.get(hostId);
        return arrival == null ? OptionalLong.empty() : OptionalLong.of(arrival.nanos());
    }
}
