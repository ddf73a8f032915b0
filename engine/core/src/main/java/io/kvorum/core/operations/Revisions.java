package io.kvorum.core.operations;

import io.kvorum.core.inventory.Entity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a caller has seen the newest revision of what it changes. */
final class Revisions {

    private Revisions() {}

    static Optional<Problem> stale(Entity entity, @Nullable Long expected) {
        return expected == null || expected == entity.meta().revision()
                ? Optional.empty()
                : Optional.of(Problem.of(
                        Problem.Type.STALE,
                        "The " + entity.subject() + " is at revision "
                                + entity.meta().revision() + ", the change was made to revision " + expected
                                + ". Read it again and repeat."));
    }
}
