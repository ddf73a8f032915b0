package io.kvorum.core.availability;

import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.MemberDetail;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.FencingPolicy;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * What the storage tells of silent hosts that run VMs with leases: other members of the same lockspaces are asked again
 * and again, one at a time.
 *
 * <ol>
 *   <li>A time stamp that changes between two looks proves that the host renews: it is alive.
 *   <li>None for two I/O time-outs, in which it must renew once, means that it does not.
 *   <li>Only sanlock's own word, eight time-outs and a minute after the last renewal, frees its leases.
 * </ol>
 */
final class LeaseEvidence {

    enum Evidence {
        /** It is being looked at, and nothing can be said yet. */
        PENDING,
        /** It renewed since it fell silent. */
        RENEWING,
        /** It does not renew, runs no VM with a lease, or nobody is there to look. */
        NONE
    }

    private static final Duration SOONEST_LOOK = Duration.ofSeconds(1);
    private static final Duration LATEST_LOOK = Duration.ofSeconds(10);

    /** What a look may take; it is given up then, and another host is asked. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** For how long a fence waits for the first answer. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(5);

    private static final Duration RENEWAL_SLACK = Duration.ofSeconds(3);

    private record Space(UUID hostId, UUID storageDomainId) {}

    private static final class Watch {
        final long sinceNanos;
        long lookedNanos;
        long nextNanos;
        boolean open;
        int turns;
        boolean told;
        Optional<MemberDetail> last = Optional.empty();
        long lastNanos;

        /** When it last was seen to renew, or was first seen at all. */
        long aliveNanos;

        boolean renewed;

        Watch(long now) {
            sinceNanos = now;
            nextNanos = now;
        }
    }

    private final BiConsumer<Turn, Request> operations;
    private final Map<Space, Watch> watches = new HashMap<>();
    private final Set<UUID> toldAlive = new HashSet<>();
    private final Set<UUID> toldUnproven = new HashSet<>();

    LeaseEvidence(BiConsumer<Turn, Request> operations) {
        this.operations = operations;
    }

    /** Looks at whoever is due; called several times a second. */
    void tick(Turn turn) {
        Set<Space> wanted = new HashSet<>();
        for (Host host : List.copyOf(turn.inventory().hosts())) {
            if (host.state() == HostState.NON_RESPONSIVE) {
                spaces(turn, host).forEach(wanted::add);
            } else {
                toldAlive.remove(host.id());
                toldUnproven.remove(host.id());
            }
        }
        watches.keySet().retainAll(wanted);
        wanted.stream()
                .sorted(Comparator.comparing(Space::hostId).thenComparing(Space::storageDomainId))
                .forEach(space -> look(turn, space));
    }

    /** The lockspaces in which the host holds leases of VMs that are bound to it. */
    private static Stream<Space> spaces(Turn turn, Host host) {
        return turn.inventory().vmsOn(host.id()).stream()
                .filter(vm -> host.id().equals(vm.hostId()))
                .flatMap(vm -> turn.inventory().storageDomain(vm.leaseDomainId()).stream())
                .filter(domain -> domain.lockspace().of(host.id()).isPresent())
                .map(domain -> new Space(host.id(), domain.id()))
                .distinct();
    }

    private void look(Turn turn, Space space) {
        Watch watch = watches.computeIfAbsent(space, s -> new Watch(turn.nanos()));
        if (watch.open && turn.nanos() - watch.lookedNanos > PATIENCE.toNanos()) {
            watch.open = false;
        }
        if (watch.open || turn.nanos() - watch.nextNanos < 0) {
            return;
        }
        List<Host> others = turn.inventory()
                .storageDomain(space.storageDomainId())
                .map(domain -> others(turn, domain, space.hostId()))
                .orElse(List.of());
        watch.lookedNanos = turn.nanos();
        watch.nextNanos = turn.nanos() + SOONEST_LOOK.toNanos();
        if (!others.isEmpty()) {
            watch.open = true;
            Host through = others.get(watch.turns % others.size());
            operations.accept(
                    turn, new Request.InspectLockspace(space.hostId(), space.storageDomainId(), through.id()));
        }
    }

    private static List<Host> others(Turn turn, StorageDomain domain, UUID hostId) {
        return turn.inventory().hosts().stream()
                .filter(other -> other.state() == HostState.UP && !other.id().equals(hostId))
                .filter(other -> domain.lockspace().joined(other))
                .sorted(Comparator.comparing(Host::name))
                .toList();
    }

    /** The answer of one of them. */
    void ended(Turn turn, Operation operation, Request.InspectLockspace request) {
        Watch watch = watches.get(new Space(request.hostId(), request.storageDomainId()));
        if (watch == null || !watch.open) {
            return;
        }
        watch.open = false;
        boolean answered = !operation.steps().isEmpty()
                && operation.currentStep().outcome() instanceof CommandOutcome.Done(MemberDetail detail);
        if (!answered) {
            watch.turns++;
            return;
        }
        if (operation.currentStep().outcome() instanceof CommandOutcome.Done(MemberDetail detail)) {
            take(turn, request.hostId(), watch, detail);
        }
    }

    private void take(Turn turn, UUID hostId, Watch watch, MemberDetail detail) {
        long now = turn.nanos();
        boolean first = watch.last.isEmpty();
        boolean renews = watch.last
                .filter(before ->
                        before.timestamp() != detail.timestamp() || before.generation() != detail.generation())
                .isPresent();
        if (first || renews) {
            watch.aliveNanos = now;
        }
        watch.renewed = renews || (watch.renewed && now - watch.aliveNanos < renewalTime(detail));
        watch.last = Optional.of(detail);
        watch.lastNanos = now;
        long wait = watch.renewed
                ? LATEST_LOOK.toNanos() / 2
                : Math.clamp(detail.freeIn().toNanos() / 4, SOONEST_LOOK.toNanos(), LATEST_LOOK.toNanos());
        boolean undecided = now - watch.aliveNanos < renewalTime(detail);
        watch.nextNanos = now + (undecided && !watch.renewed ? SOONEST_LOOK.toNanos() : wait);
        turn.inventory().host(hostId).ifPresent(host -> tell(turn, host, watch, detail));
    }

    /** In which a host that lives has renewed at least once. */
    private static long renewalTime(MemberDetail detail) {
        return detail.ioTimeout().multipliedBy(2).plus(RENEWAL_SLACK).toNanos();
    }

    /** Says once that the host renews, or until when its VMs wait. */
    private void tell(Turn turn, Host host, Watch watch, MemberDetail detail) {
        if (watch.renewed && toldAlive.add(host.id())) {
            turn.log(
                    Severity.ERROR,
                    "host.renews_its_leases",
                    "Host " + host.name() + " is silent, but renews its leases on the storage: it is alive, and its VMs"
                            + " stay there. Check the network to it.",
                    host.subject());
        }
        boolean decided = !watch.renewed && turn.nanos() - watch.aliveNanos >= renewalTime(detail);
        if (decided && !watch.told && detail.freeIn().isPositive()) {
            watch.told = true;
            turn.log(
                    Severity.WARNING,
                    "host.leases_expire",
                    "Host " + host.name() + " does not renew its leases. If it is not fenced before, they are free in "
                            + detail.freeIn().toSeconds() + " s, at "
                            + turn.instant().plus(detail.freeIn()) + ".",
                    host.subject());
        } else if (watch.renewed) {
            watch.told = false;
        }
    }

    /** Whether the storage proves that the silent host is alive. */
    Evidence of(Turn turn, Host host) {
        if (!policy(turn, host).skipIfRenewingLease()) {
            return Evidence.NONE;
        }
        Evidence evidence = Evidence.NONE;
        for (Space space : spaces(turn, host).toList()) {
            Watch watch = watches.get(space);
            if (watch == null) {
                return Evidence.PENDING;
            }
            if (watch.renewed) {
                return Evidence.RENEWING;
            }
            if (pending(turn, watch)) {
                evidence = Evidence.PENDING;
            }
        }
        return evidence;
    }

    private static boolean pending(Turn turn, Watch watch) {
        return watch.last
                .map(detail -> !detail.state().expired() && watch.lastNanos - watch.aliveNanos < renewalTime(detail))
                .orElse(turn.nanos() - watch.sinceNanos < FIRST_ANSWER.toNanos());
    }

    /** Whether sanlock would give the VM's lease to another host now, and that is to be believed. */
    boolean expired(Turn turn, Vm vm) {
        Optional<Host> host = turn.inventory().host(vm.hostId());
        UUID domainId = vm.leaseDomainId();
        if (host.isEmpty() || domainId == null || host.get().state() != HostState.NON_RESPONSIVE) {
            return false;
        }
        Watch watch = watches.get(new Space(host.get().id(), domainId));
        if (watch == null
                || watch.last.filter(detail -> detail.state().expired()).isEmpty()) {
            return false;
        }
        boolean proof = host.get().facts().leasing() == Leasing.WITH_WATCHDOG
                || policy(turn, host.get()).restartByLeaseWithoutWatchdog();
        if (!proof && toldUnproven.add(host.get().id())) {
            turn.log(
                    Severity.ERROR,
                    "host.leases_prove_nothing",
                    "The leases of host " + host.get().name() + " expired, but it has no watchdog that sanlock uses:"
                            + " guests may run on there after sanlock was killed, so its VMs are not restarted. See for"
                            + " yourself that it is off, then confirm that. To prevent it, set up wdmd on the hosts.",
                    host.get().subject());
        }
        return proof;
    }

    private static FencingPolicy policy(Turn turn, Host host) {
        return turn.inventory()
                .cluster(host.spec().clusterId())
                .map(Cluster::fencing)
                .orElse(FencingPolicy.DEFAULT);
    }
}
