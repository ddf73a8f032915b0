package io.kvorum.core.inventory;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One change of what is persisted. */
public sealed interface Change {

    /**
     * Stored as a whole, whether it was there or not.
     *
     * @param before what is stored of it; null if nothing is, or nobody knows
     */
    record Put(Entity entity, @Nullable Entity before) implements Change {

        /** Of which nobody knows what is stored. */
        public Put(Entity entity) {
            this(entity, null);
        }
    }

    record Remove(Kind kind, UUID id) implements Change {}

    /** One more line of the log. */
    record Log(LogEntry entry) implements Change {}
}
