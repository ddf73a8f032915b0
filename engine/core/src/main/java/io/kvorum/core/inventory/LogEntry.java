package io.kvorum.core.inventory;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, for people and for the audit.
 *
 * @param code stable, such as "vm.started"
 * @param actor who caused it: a user's name, or "system"
 */
public record LogEntry(
        Instant time,
        Severity severity,
        String code,
        String message,
        @Nullable Subject subject,
        @Nullable UUID operationId,
        String actor) {

    public enum Severity {
        INFO,
        WARNING,
        ERROR
    }
}
