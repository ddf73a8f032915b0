package io.kvorum.core.inventory;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A place for disks and images.
 *
 * @param path absolute path of the folder on the hosts
 * @param hostId the one host of a local folder; null for a shared one
 * @param lockspace who can hold leases of VMs there
 */
public record StorageDomain(
        UUID id,
        String name,
        UUID dataCenterId,
        StorageKind storage,
        String path,
        @Nullable UUID hostId,
        StorageState state,
        @Nullable String stateReason,
        long capacityBytes,
        long availableBytes,
        Lockspace lockspace,
        Meta meta)
        implements ConfigObject {

    public StorageDomain {
        if (lockspace == null) {
            lockspace = Lockspace.NONE; // stored before there were leases
        }
    }

    @Override
    public Kind kind() {
        return Kind.STORAGE_DOMAIN;
    }

    @Override
    public StorageDomain withMeta(Meta newMeta) {
        return new StorageDomain(
                id,
                name,
                dataCenterId,
                storage,
                path,
                hostId,
                state,
                stateReason,
                capacityBytes,
                availableBytes,
                lockspace,
                newMeta);
    }

    public StorageDomain with(Lockspace newLockspace) {
        return new StorageDomain(
                id,
                name,
                dataCenterId,
                storage,
                path,
                hostId,
                state,
                stateReason,
                capacityBytes,
                availableBytes,
                newLockspace,
                meta);
    }

    /** What a host found when it last looked. */
    public StorageDomain inspected(StorageState newState, @Nullable String reason, long capacity, long available) {
        return new StorageDomain(
                id, name, dataCenterId, storage, path, hostId, newState, reason, capacity, available, lockspace, meta);
    }

    /** Whether that host, of the same data center, sees this domain. */
    public boolean reachableFrom(UUID host) {
        return hostId == null || hostId.equals(host);
    }

    public enum StorageKind {
        SHARED_FOLDER,
        LOCAL_FOLDER
    }

    public enum StorageState {
        /** No host has looked at it yet. */
        UNATTACHED,
        ACTIVE,
        /** The last host that looked could not write to it. */
        INACTIVE
    }
}
