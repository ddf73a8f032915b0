package io.kvorum.core.inventory;

import java.util.UUID;

/** Anything the engine persists under an id of its own. */
public sealed interface Entity permits BalancingPlan, ConfigObject, Host, Image, Template, Vm, OperationRecord {

    UUID id();

    /** Shown to people. */
    String name();

    Kind kind();

    Meta meta();

    /** The same entity with other meta data. */
    Entity withMeta(Meta meta);

    /** How sentences refer to it. */
    default Subject subject() {
        return new Subject(kind(), id(), name());
    }
}
