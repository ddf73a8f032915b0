package io.kvorum.core.availability;

import java.util.OptionalLong;
import java.util.UUID;

/**
 * When hosts were last heard by whoever receives their words, which the controller may handle only later. What has
 * arrived and waits is no silence, however long a busy leader lets it wait.
 */
@FunctionalInterface
public interface Arrivals {

    /** Time of the monotonic clock at which the host's last word of this term arrived; empty if none has. */
    OptionalLong latestNanos(UUID hostId);
}
