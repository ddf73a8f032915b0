package io.kvorum.core.inventory;

import java.util.UUID;

/** A reference to an entity that can be read by people too. */
public record Subject(Kind kind, UUID id, String name) {

    @Override
    public String toString() {
        return kind.words() + " " + name;
    }
}
