package io.kvorum.server.api;

import io.kvorum.core.inventory.Subject;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A reference that people can read too. */
@Schema(name = "Subject")
public record SubjectView(String kind, UUID id, String name) {

    static SubjectView of(Subject subject) {
        return new SubjectView(subject.kind().name().toLowerCase(Locale.ROOT), subject.id(), subject.name());
    }
}
