package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;

/** Says how good a host would be for a VM. */
public interface Weight {

    String name();

    /** 0 (worst) to 1 (best), with the VM counted as if it were there. */
    double score(Inventory inventory, PlacementRequest request, Host host);

    /** How much this weight counts. */
    double factor();
}
