package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Seat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The host a VM goes to, if one can take it, and why.
 *
 * @param seat what it gets of the host's NUMA nodes; null where it floats
 */
public record PlacementDecision(
        Optional<Host> host, @Nullable Seat seat, Explanation explanation) {}
