package io.kvorum.core.inventory;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a VM stands on besides a host. */
public interface Surroundings {

    Optional<Network> network(@Nullable UUID id);

    Optional<StorageDomain> storageDomain(@Nullable UUID id);

    Optional<SchedulingPolicy> schedulingPolicy(@Nullable UUID id);
}
