package io.kvorum.core.availability;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every host that is up a member of the lockspaces of its data center's shared storage, so that VMs with leases can
 * run there, and takes it out in maintenance. What fails is tried again with growing waits; a domain without leases stays
 * usable.
 */
public final class LockspaceMembers {

    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    /** Reports in a row after which a host that they do not list is no member. */
    private static final int UNLISTED = 2;

    private record Pair(UUID storageDomainId, UUID hostId) {}

    private static final class Attempt {
        boolean open;
        boolean told;
        int failed;

        /** Reports in a row, since it joined, that do not list it. */
        int unlisted;

        long nextNanos;

        Attempt(long now) {
            nextNanos = now;
        }
    }

    private final BiConsumer<Turn, Request> operations;
    private final Map<Pair, Attempt> attempts = new HashMap<>();
    private @Nullable Long tickedNanos;

    public LockspaceMembers(BiConsumer<Turn, Request> operations) {
        this.operations = operations;
    }

    /** Begins what is due; called several times a second. */
    public void tick(Turn turn) {
        if (tickedNanos != null && turn.nanos() - tickedNanos < PERIOD.toNanos()) {
            return;
        }
        tickedNanos = turn.nanos();
        for (StorageDomain domain : List.copyOf(turn.inventory().storageDomains())) {
            if (domain.storage() == StorageKind.SHARED_FOLDER && domain.state() == StorageState.ACTIVE) {
                List.copyOf(turn.inventory().hosts()).forEach(host -> consider(turn, domain, host));
            }
        }
    }

    private void consider(Turn turn, StorageDomain domain, Host host) {
        boolean here = turn.inventory()
                .cluster(host.spec().clusterId())
                .map(Cluster::dataCenterId)
                .filter(domain.dataCenterId()::equals)
                .isPresent();
        if (!here || host.facts().leasing() == Leasing.NONE || host.status().bootId() == null) {
            return;
        }
        Pair pair = new Pair(domain.id(), host.id());
        boolean joined = domain.lockspace().joined(host);
        Attempt attempt = attempts.computeIfAbsent(pair, p -> new Attempt(turn.nanos()));
        if (attempt.open) {
            return;
        }
        boolean due = turn.nanos() - attempt.nextNanos >= 0;
        if (host.state() == HostState.UP && !joined && (due || attempt.failed == 0)) {
            attempt.open = true;
            operations.accept(turn, new Request.JoinLockspace(domain.id(), host.id()));
        } else if (host.state() == HostState.MAINTENANCE && joined && (due || attempt.failed == 0)) {
            attempt.open = true;
            operations.accept(turn, new Request.LeaveLockspace(domain.id(), host.id()));
        }
    }

    /** The host is here, perhaps in another boot: what it had joined before that is joined no more. */
    public void greeted(Turn turn, UUID hostId) {
        Host host = turn.inventory().host(hostId).orElse(null);
        if (host == null) {
            return;
        }
        for (StorageDomain domain : List.copyOf(turn.inventory().storageDomains())) {
            boolean earlier = domain.lockspace()
                    .of(hostId)
                    .filter(member -> member.joinedBootId() != null)
                    .isPresent();
            if (earlier && !domain.lockspace().joined(host)) {
                turn.put(domain.with(domain.lockspace().joinedSince(hostId, null)));
            }
        }
    }

    /**
     * The host says what it is a member of, which it does again and again: what was lost, with its sanlock or the storage, is
     * joined again. One report alone may be older than the answer that it has joined.
     */
    public void listed(Turn turn, UUID hostId, Set<UUID> storageDomainIds) {
        Host host = turn.inventory().host(hostId).orElse(null);
        if (host == null) {
            return;
        }
        for (StorageDomain domain : List.copyOf(turn.inventory().storageDomains())) {
            if (!domain.lockspace().joined(host)) {
                continue;
            }
            Attempt attempt = attempts.computeIfAbsent(new Pair(domain.id(), hostId), p -> new Attempt(turn.nanos()));
            attempt.unlisted = storageDomainIds.contains(domain.id()) ? 0 : attempt.unlisted + 1;
            if (!attempt.open && attempt.unlisted >= UNLISTED) {
                attempt.unlisted = 0;
                turn.put(domain.with(domain.lockspace().joinedSince(hostId, null)));
                turn.log(
                        Severity.WARNING,
                        "host.left_lockspace",
                        "Host " + host.name() + " is no member of the lockspace of storage domain " + domain.name()
                                + " any more: it lost the storage, or its sanlock ended. VMs with leases there do not"
                                + " run on it until it has joined again.",
                        host.subject());
            }
        }
    }

    /** What came of it; says once that a host cannot hold leases. */
    public void ended(Turn turn, Operation operation) {
        switch (operation.request()) {
            case Request.JoinLockspace(UUID domainId, UUID hostId) ->
                ended(turn, new Pair(domainId, hostId), operation, true);
            case Request.LeaveLockspace(UUID domainId, UUID hostId) ->
                ended(turn, new Pair(domainId, hostId), operation, false);
            case Request other -> {}
        }
    }

    private void ended(Turn turn, Pair pair, Operation operation, boolean joining) {
        Attempt attempt = attempts.computeIfAbsent(pair, p -> new Attempt(turn.nanos()));
        attempt.open = false;
        attempt.unlisted = 0;
        if (operation.state() == OperationState.SUCCEEDED) {
            attempt.failed = 0;
            attempt.told = false;
            return;
        }
        long wait = FIRST_WAIT.toNanos() << Math.min(attempt.failed++, 10);
        attempt.nextNanos = turn.nanos() + Math.min(wait, LONGEST_WAIT.toNanos());
        if (joining && !attempt.told) {
            attempt.told = true;
            turn.inventory()
                    .host(pair.hostId())
                    .ifPresent(host -> turn.log(
                            Severity.WARNING,
                            "host.no_leases",
                            "Host " + host.name() + " cannot hold leases on storage domain "
                                    + operation.about().name() + ", so that VMs with leases there do not run on it: "
                                    + (operation.problem() == null
                                            ? "see the operation"
                                            : operation.problem().detail()),
                            host.subject()));
        }
    }

    /** The host was removed. */
    public void forget(UUID hostId) {
        attempts.keySet().removeIf(pair -> pair.hostId().equals(hostId));
    }
}
