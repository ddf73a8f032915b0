package io.kvorum.core.testing;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.MemberDetail;
import io.kvorum.core.controller.CommandOutcome.MemberState;
import io.kvorum.core.controller.CommandOutcome.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** sanlock of all hosts of a test, with an I/O time-out of two seconds: leases are free 76 s after the last renewal. */
public final class FakeLeases {

    public static final Duration EXPIRY = Duration.ofSeconds(76);
    private static final long RENEWAL_NANOS = 4_000_000_000L;

    private final TestCluster world;
    private final Map<Integer, FakeHost> members = new HashMap<>();
    private final Map<Integer, Long> renewed = new HashMap<>();
    public final Map<UUID, UUID> holders = new HashMap<>();
    public final Set<UUID> made = new TreeSet<>();

    FakeLeases(TestCluster world) {
        this.world = world;
    }

    /** Every host that has power and its storage renews. */
    private long lastRenewal(int leaseId) {
        FakeHost host = members.get(leaseId);
        if (host != null && host.powered && !host.storageGone) {
            renewed.put(leaseId, world.now().monotonicNanos() / RENEWAL_NANOS * RENEWAL_NANOS);
        }
        return renewed.getOrDefault(leaseId, 0L);
    }

    /** Called whenever time goes on, so that what is read later is what stood there then. */
    void tick() {
        members.keySet().forEach(this::lastRenewal);
    }

    private Duration age(int leaseId) {
        return Duration.ofNanos(world.now().monotonicNanos() - lastRenewal(leaseId));
    }

    CommandOutcome join(FakeHost host, int leaseId) {
        FakeHost other = members.get(leaseId);
        if (other != null && other != host && age(leaseId).compareTo(EXPIRY) < 0) {
            return new Failed(Reason.CONFLICT, "Another host renews that id.");
        }
        members.put(leaseId, host);
        return new Done(null);
    }

    CommandOutcome inspect(int leaseId) {
        Duration age = age(leaseId);
        boolean dead = age.compareTo(EXPIRY) > 0;
        return new Done(new MemberDetail(
                dead ? MemberState.DEAD : MemberState.LIVE,
                1,
                lastRenewal(leaseId),
                dead ? Duration.ZERO : EXPIRY.minus(age),
                Duration.ofSeconds(2)));
    }

    CommandOutcome release(AgentCommand.ReleaseLease command) {
        UUID holder = holders.get(command.vmId());
        FakeHost named = members.get(command.holderLeaseId());
        if (holder != null && (named == null || !holder.equals(named.id()))) {
            return new Failed(Reason.CONFLICT, "Somebody else holds it.");
        }
        holders.remove(command.vmId());
        return new Done(null);
    }

    /** Empty where the host may run the VM now, and holds the lease; else its id who does. */
    OptionalInt acquire(FakeHost host, UUID vmId) {
        UUID holder = holders.get(vmId);
        if (holder != null && !holder.equals(host.id())) {
            for (Map.Entry<Integer, FakeHost> member : members.entrySet()) {
                if (member.getValue().id().equals(holder)
                        && age(member.getKey()).compareTo(EXPIRY) <= 0) {
                    return OptionalInt.of(member.getKey());
                }
            }
        }
        holders.put(vmId, host.id());
        return OptionalInt.empty();
    }

    void ended(UUID hostId, UUID vmId) {
        holders.remove(vmId, hostId);
    }
}
