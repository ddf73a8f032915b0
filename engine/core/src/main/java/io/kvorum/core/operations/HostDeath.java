package io.kvorum.core.operations;

import io.kvorum.core.controller.Turn;
import java.util.UUID;

/** What follows from the proof that a host is off. */
@FunctionalInterface
public interface HostDeath {

    /** Everything on that host is off with it. {@code proof} says how we know, for people. */
    void provenOff(Turn turn, UUID hostId, String proof);
}
