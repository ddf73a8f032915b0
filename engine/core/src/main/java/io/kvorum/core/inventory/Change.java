package io.kvorum.core.inventory;

import java.util.UUID;

/** One change of what is persisted. */
public sealed interface Change {

    /** Stored as a whole, whether it was there or not. */
    record Put(Entity entity) implements Change {}

    record Remove(Kind kind, UUID id) implements Change {}

    /** One more line of the log. */
    record Log(LogEntry entry) implements Change {}
}
