package io.kvorum.core.operations;

import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import java.util.Optional;
import java.util.UUID;

/** Says why a VM must not be started on a host that could take it. */
public interface Admission {

    /** In words; empty if it may be started there. */
    Optional<String> objection(Inventory inventory, Vm vm, UUID hostId);
}
