package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import java.util.Optional;

/** The host a VM goes to, if one can take it, and why. */
public record PlacementDecision(Optional<Host> host, Explanation explanation) {}
