package io.kvorum.core.availability;

import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.ProbeAnswer;
import io.kvorum.core.controller.CommandOutcome.ProbeDetail;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.NearbyHosts;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/**
 * The second path to a silent host: up to {@link #MAX_ASKED} other hosts are asked at once whether its agent answers
 * them. One yes is enough, since it proves that the host is alive; no answer proves nothing and only lets a fence go
 * ahead, which brings its own proof.
 */
final class SecondPath {

    /** What is known of a silent host by way of others. */
    enum Evidence {
        /** The others have been asked, and have time left to answer. */
        PENDING,
        /** Another host reaches it. */
        ALIVE,
        /** Its machine refuses the connection: it runs, and only its agent does not. */
        AGENT_AWAY,
        /** None of those that were asked reaches it, or nobody is there to be asked. */
        NONE
    }

    private static final int MAX_ASKED = 3;

    /**
     * Questions that may be open at once. Where more hosts than that are missed, most likely the engine itself is late: the others'
     * turn comes when a fence is considered, and questions about thousands of hosts would only make it later.
     */
    private static final int MAX_OPEN = 600;

    /** How long a fence waits for answers: what a host is given to probe, and a second for its word to come here. */
    private static final Duration PATIENCE = Duration.ofMillis(2500);

    /** How long answers count. Longer than a question can be open, so that no answer counts for a later question. */
    private static final Duration FRESH = Duration.ofSeconds(12);

    private static final class Inquiry {
        final Set<UUID> open = new HashSet<>();
        final Set<String> reachedBy = new TreeSet<>();
        long askedNanos;
        boolean refused;
        boolean told;
    }

    private final BiConsumer<Turn, Request> operations;
    private final BiPredicate<Turn, Host> missed;
    private final Map<UUID, Inquiry> inquiries = new HashMap<>();
    private int open;

    /** @param missed whether a host that is up was not heard for so long that others are asked rather */
    SecondPath(BiConsumer<Turn, Request> operations, BiPredicate<Turn, Host> missed) {
        this.operations = operations;
        this.missed = missed;
    }

    /** A host is falling silent: asks the others anew, if the policy of its cluster wants it. */
    void begin(Turn turn, Host host) {
        forget(host.id());
        if (wanted(turn, host) && open < MAX_OPEN) {
            ask(turn, host, inquiries.computeIfAbsent(host.id(), id -> new Inquiry()));
        }
    }

    private static boolean wanted(Turn turn, Host host) {
        return turn.inventory()
                .cluster(host.spec().clusterId())
                .filter(cluster -> cluster.fencing().skipIfReachableThroughOthers())
                .isPresent();
    }

    /** What is known of it now; asks again where the answers are too old. */
    Evidence evidence(Turn turn, Host host) {
        if (!wanted(turn, host)) {
            return Evidence.NONE;
        }
        Inquiry inquiry = inquiries.get(host.id());
        if (inquiry == null || turn.nanos() - inquiry.askedNanos > FRESH.toNanos()) {
            if (open >= MAX_OPEN) {
                return Evidence.PENDING;
            }
            inquiry = inquiries.computeIfAbsent(host.id(), id -> new Inquiry());
            ask(turn, host, inquiry);
        }
        if (!inquiry.reachedBy.isEmpty()) {
            return Evidence.ALIVE;
        }
        boolean over = turn.nanos() - inquiry.askedNanos > PATIENCE.toNanos();
        if (!inquiry.open.isEmpty() && !over) {
            return Evidence.PENDING;
        }
        return inquiry.refused ? Evidence.AGENT_AWAY : Evidence.NONE;
    }

    private void ask(Turn turn, Host host, Inquiry inquiry) {
        inquiry.askedNanos = turn.nanos();
        inquiry.reachedBy.clear();
        inquiry.refused = false;
        open -= inquiry.open.size();
        inquiry.open.clear();
        List<Host> heard = NearbyHosts.of(turn.inventory(), host, MAX_ASKED, other -> !missed.test(turn, other));
        // Somebody who is late may still answer; nobody asked is no evidence at all.
        List<Host> asked = heard.isEmpty() ? NearbyHosts.of(turn.inventory(), host, MAX_ASKED) : heard;
        List<UUID> others = asked.stream().map(Host::id).toList();
        inquiry.open.addAll(others);
        open += others.size();
        for (UUID other : others) {
            operations.accept(turn, new Request.ProbeHost(host.id(), other));
        }
    }

    /** The answer of one of them. */
    void ended(Turn turn, Operation operation, Request.ProbeHost request) {
        Inquiry inquiry = inquiries.get(request.hostId());
        Optional<Host> host = turn.inventory().host(request.hostId());
        if (inquiry == null || host.isEmpty() || !inquiry.open.remove(request.throughHostId())) {
            return;
        }
        open--;
        ProbeAnswer answer = !operation.steps().isEmpty()
                        && operation.currentStep().outcome()
                                instanceof CommandOutcome.Done(ProbeDetail(ProbeAnswer given))
                ? given
                : ProbeAnswer.NO_ANSWER;
        inquiry.refused |= answer == ProbeAnswer.REFUSED;
        if (answer != ProbeAnswer.REACHABLE) {
            return;
        }
        inquiry.reachedBy.add(
                turn.inventory().host(request.throughHostId()).map(Host::name).orElse("another host"));
        tell(turn, host.get());
    }

    /** Says once that a silent host is alive, if another one reaches it. */
    void tell(Turn turn, Host host) {
        Inquiry inquiry = inquiries.get(host.id());
        if (inquiry == null
                || inquiry.told
                || inquiry.reachedBy.isEmpty()
                || host.state() != HostState.NON_RESPONSIVE) {
            return;
        }
        inquiry.told = true;
        turn.log(
                Severity.ERROR,
                "host.cut_off_from_engine",
                "Host " + host.name() + " is alive: its agent answers host "
                        + inquiry.reachedBy.iterator().next()
                        + ". Only the engine is cut off from it, so it is not fenced, and its VMs stay there. Check"
                        + " the network between the engine and it.",
                host.subject());
    }

    void forget(UUID hostId) {
        Inquiry inquiry = inquiries.remove(hostId);
        open -= inquiry == null ? 0 : inquiry.open.size();
    }
}
