package io.kvorum.core.inventory;

import java.time.Instant;

/**
 * What every entity carries for its readers.
 *
 * @param revision grows by one with every change, from 1; the API's ETag
 */
public record Meta(long revision, Instant createdAt, Instant updatedAt) {

    /** Of an entity that has not been stored yet. */
    public static final Meta NONE = new Meta(0, Instant.EPOCH, Instant.EPOCH);

    /** The meta data after one more change at that time. */
    public Meta next(Instant now) {
        return new Meta(revision + 1, revision == 0 ? now : createdAt, now);
    }
}
