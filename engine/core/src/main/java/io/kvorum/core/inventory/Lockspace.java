package io.kvorum.core.inventory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The members of a storage domain's sanlock lockspace. Each host has an id of its own there; the id of a host that is
 * gone is given to another one only when all have been used, long after its leases expired.
 *
 * @param lastId the highest id that was handed out, 0 for none
 */
public record Lockspace(int lastId, List<Membership> members) {

    /** sanlock has room for as many. */
    public static final int MAX_ID = 2000;

    public static final Lockspace NONE = new Lockspace(0, List.of());

    public Lockspace {
        members = List.copyOf(members);
    }

    /**
     * A host in the lockspace.
     *
     * @param leaseId its id there, 1 to {@link #MAX_ID}
     * @param joinedBootId the boot in which it joined; null while it is no member
     */
    public record Membership(
            UUID hostId, int leaseId, @Nullable String joinedBootId) {}

    public Optional<Membership> of(@Nullable UUID hostId) {
        return members.stream().filter(member -> member.hostId().equals(hostId)).findFirst();
    }

    /** The host that has that id. */
    public Optional<Membership> withLeaseId(int leaseId) {
        return members.stream().filter(member -> member.leaseId() == leaseId).findFirst();
    }

    /** Whether the host is a member now, and can hold leases. */
    public boolean joined(Host host) {
        String boot = host.status().bootId();
        return boot != null
                && of(host.id())
                        .filter(member -> boot.equals(member.joinedBootId()))
                        .isPresent();
    }

    /** With an id for that host; empty where none is left. */
    public Optional<Lockspace> admit(UUID hostId) {
        if (of(hostId).isPresent()) {
            return Optional.of(this);
        }
        int id = lastId + 1;
        if (id > MAX_ID) {
            Set<Integer> used = new HashSet<>();
            members.forEach(member -> used.add(member.leaseId()));
            id = 1;
            while (used.contains(id)) {
                id++;
            }
        }
        if (id > MAX_ID) {
            return Optional.empty();
        }
        List<Membership> more = new ArrayList<>(members);
        more.add(new Membership(hostId, id, null));
        return Optional.of(new Lockspace(Math.max(lastId, id), more));
    }

    /** With that host as a member since that boot, or as none if it is null. */
    public Lockspace joinedSince(UUID hostId, @Nullable String bootId) {
        return new Lockspace(
                lastId,
                members.stream()
                        .map(member -> member.hostId().equals(hostId)
                                ? new Membership(hostId, member.leaseId(), bootId)
                                : member)
                        .toList());
    }

    /** Without a host that was removed. */
    public Lockspace without(UUID hostId) {
        return new Lockspace(
                lastId,
                members.stream()
                        .filter(member -> !member.hostId().equals(hostId))
                        .toList());
    }
}
