package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Vm;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where should this VM go?
 *
 * @param onlyHostId the one host the caller wants, or null for any
 * @param excluded hosts that were tried already
 */
public record PlacementRequest(
        Vm vm, Cluster cluster, @Nullable UUID onlyHostId, Set<UUID> excluded) {

    public PlacementRequest {
        excluded = Set.copyOf(excluded);
    }

    /** Whether the VM runs somewhere now and would have to move. */
    public boolean isMigration() {
        return vm.hostId() != null;
    }
}
