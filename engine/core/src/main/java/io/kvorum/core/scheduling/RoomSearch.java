package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Surroundings;
import io.kvorum.core.scheduling.Room.HostRoom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how many more VMs like one a cluster can take: places one after the other as starts would, with real
 * reservations, until none fits. It has a copy of all that it needs, so that it may run on any thread, once.
 */
public final class RoomSearch {

    /** VMs that it places at most. */
    public static final int MOST = 10_000;

    /** Hosts that it looks at in all, over all VMs: about a second's work. */
    private static final long MOST_LOOKS = 25_000_000;

    private final Scheduler supposed;
    private final PlacementRequest request;
    private final int most;

    /**
     * A search beside what is in the columns.
     *
     * @param surroundings asked for a policy here, and never again
     * @param columns to be reserved in, and nobody else's
     * @throws IllegalArgumentException if the VM has disks, network cards or a lease: where they are reachable is not copied
     */
    RoomSearch(Surroundings surroundings, HostColumns columns, PlacementRequest request) {
        var spec = request.vm().spec();
        if (!spec.disks().isEmpty() || !spec.nics().isEmpty() || request.vm().leaseDomainId() != null) {
            throw new IllegalArgumentException(
                    "VM " + spec.name() + " has disks, network cards or a lease; search room for one that has none.");
        }
        UUID policyId = request.cluster().customPolicyId();
        this.supposed = new Scheduler(
                new PolicyAlone(surroundings.schedulingPolicy(policyId).orElse(null)), columns);
        this.request = request;
        int hosts = columns.of(request.cluster().id()).size();
        this.most = (int) Math.min(MOST, MOST_LOOKS / Math.max(1, hosts));
    }

    /** What a VM stands on that has neither disks nor network cards. */
    private record PolicyAlone(@Nullable SchedulingPolicy policy) implements Surroundings {

        @Override
        public Optional<Network> network(@Nullable UUID id) {
            return Optional.empty();
        }

        @Override
        public Optional<StorageDomain> storageDomain(@Nullable UUID id) {
            return Optional.empty();
        }

        @Override
        public Optional<SchedulingPolicy> schedulingPolicy(@Nullable UUID id) {
            return Optional.ofNullable(policy);
        }
    }

    /** Searches; a second call would find the room that the first one left. */
    public Room run() {
        Map<UUID, HostRoom> hosts = new HashMap<>();
        int more = 0;
        while (more < most && takeOne(hosts)) {
            more++;
        }
        boolean goesOn = supposed.choose(request).isPresent();
        return new Room(
                more,
                goesOn,
                hosts.values().stream()
                        .sorted(Comparator.comparing(HostRoom::hostName))
                        .toList(),
                goesOn ? List.of() : supposed.refusals(request));
    }

    private boolean takeOne(Map<UUID, HostRoom> hosts) {
        Optional<Host> found = supposed.take(request);
        found.ifPresent(host -> hosts.merge(host.id(), new HostRoom(host.id(), host.name(), 1), HostRoom::and));
        return found.isPresent();
    }
}
