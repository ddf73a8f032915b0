package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;

/** Says whether a host can take a VM at all. */
public interface Filter {

    /** Stable; shown to people. */
    String name();

    boolean passes(Inventory inventory, PlacementRequest request, Host host);

    /** Why {@link #passes} said no: what the VM needs, what the host has. */
    String reason(Inventory inventory, PlacementRequest request, Host host);
}
