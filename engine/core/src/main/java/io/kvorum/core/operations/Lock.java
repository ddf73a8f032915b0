package io.kvorum.core.operations;

import io.kvorum.core.inventory.Kind;
import java.util.UUID;

/** What an operation keeps others away from while it runs. */
public record Lock(Kind kind, UUID id) {}
