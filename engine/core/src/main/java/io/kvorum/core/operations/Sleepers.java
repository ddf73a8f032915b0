package io.kvorum.core.operations;

import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Knows whether a VM that finds no host would find one if those that sleep were on. */
public interface Sleepers {

    /**
     * Whether it is worth waiting for.
     *
     * @param onlyHostId the one host that it shall go to, or null for any
     * @param held whether it must leave the room free that is kept for failures
     */
    boolean wouldTake(Inventory inventory, Vm vm, @Nullable UUID onlyHostId, boolean held);
}
