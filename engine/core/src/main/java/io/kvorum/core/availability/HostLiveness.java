package io.kvorum.core.availability;

import io.kvorum.core.availability.SecondPath.Evidence;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event.HostGreeted;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.HostTrigger;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.operations.HostSleep;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is alive.
 *
 * <ol>
 *   <li>A host that was not heard for {@link Settings#suspicion} is asked for by way of other hosts
 *       ({@link SecondPath}), so that their answers are there when it matters.
 *   <li>One that was not heard for all of it is in doubt, and so are its VMs.
 *   <li>If it stays so for {@link Settings#fencingDelay}, it is fenced, unless its cluster's policy forbids it, it has no
 *       power management, was only just switched on, or too many of its cluster's hosts are silent at once, or falling
 *       silent: then it is more likely that the engine is cut off than that they are all dead.
 *   <li>Another host that reaches it proves that it is alive: it is left alone, and they are asked again after growing
 *       waits. A machine that refuses them runs without its agent, which is given {@link #AGENT_GRACE} to come back.
 *   <li>So does renewing its leases on the storage ({@link LeaseEvidence}).
 *   <li>What a host told that still waits to be handled counts as heard when it arrived ({@link Arrivals}).
 *   <li>A host that is empty and being put to sleep is silent for that reason; it is judged once that has ended.
 *   <li>Silence is never proof. Only a verified fence, an operator, or the host's own agent says that something is off.
 * </ol>
 */
public final class HostLiveness {

    /** What hosts that are dialled anew are given to be heard in the first place. */
    private static final Duration FIRST_CONTACT = Duration.ofSeconds(10);

    /** What a new leader gives all of them besides, for each: it dials some at a time, and every handshake takes CPU. */
    private static final Duration FIRST_CONTACT_A_HOST = Duration.ofMillis(10);

    /** What a host that has just joined, or was let out of maintenance, is given. */
    private static final Duration FIRST_CONTACT_EVER = Duration.ofSeconds(60);

    /** For an agent that crashed, or is being upgraded: guests run on without it. */
    static final Duration AGENT_GRACE = Duration.ofSeconds(30);

    private static final Duration FENCE_RETRY = Duration.ofSeconds(30);

    /** Waits between two looks at a host that others reach. */
    private static final Duration FIRST_RECHECK = Duration.ofSeconds(5);

    private static final Duration LONGEST_RECHECK = Duration.ofSeconds(60);

    private final Settings settings;
    private final long suspicionNanos;
    private final BiConsumer<Turn, Request> operations;
    private final Arrivals arrivals;
    private final SecondPath secondPath;
    private final LeaseEvidence leases;
    private final FencingObjections objections = new FencingObjections(this::falling);
    private final Map<UUID, HostWatch> watches = new HashMap<>();

    public HostLiveness(Settings settings, BiConsumer<Turn, Request> operations, Arrivals arrivals) {
        this.settings = settings;
        this.suspicionNanos = settings.suspicion().toNanos();
        this.operations = operations;
        this.arrivals = arrivals;
        this.secondPath = new SecondPath(operations, this::falling);
        this.leases = new LeaseEvidence(operations);
    }

    /** A new leader dials everybody and gives them time to answer. */
    public void start(Turn turn) {
        Duration dialling =
                FIRST_CONTACT_A_HOST.multipliedBy(turn.inventory().hosts().size());
        for (Host host : turn.inventory().hosts()) {
            awaitFirstContact(turn, host.id(), FIRST_CONTACT.plus(dialling));
            turn.emit(new Effect.Connect(
                    host.id(), host.spec().address(), host.spec().port()));
        }
    }

    private void awaitFirstContact(Turn turn, UUID hostId, Duration given) {
        HostWatch watch = watch(turn, hostId);
        watch.heardNanos = turn.nanos() + given.toNanos();
        watch.doubtNanos = watch.heardNanos;
    }

    /** The host answered the first call of a connection. */
    public void greeted(Turn turn, HostGreeted greeting) {
        Optional<Host> found = turn.inventory().host(greeting.hostId());
        if (found.isEmpty()) {
            return;
        }
        Host host = found.get();
        watch(turn, host.id()).heard(turn.nanos());
        HostStatus status = host.status();
        // Without its hypervisor an agent that has just started knows next to nothing of its host.
        Host known = (greeting.hypervisorConnected() ? host.withFacts(greeting.facts()) : host)
                .withStatus(new HostStatus(
                        status.state(),
                        status.reason(),
                        greeting.bootId(),
                        status.certificateExpiresAt(),
                        status.sleep()));
        if (!known.equals(host)) {
            if (status.bootId() != null && !status.bootId().equals(greeting.bootId()) && !host.sleeps()) {
                turn.log(
                        Severity.WARNING,
                        "host.rebooted",
                        "Host " + host.name() + " was booted again.",
                        host.subject());
            }
            turn.put(known);
        }
        if (!greeting.hypervisorConnected() && !greeting.bootId().equals(status.bootId())) {
            watch(turn, host.id()).startingNanos = turn.nanos();
        }
        judge(turn, known, greeting.hypervisorConnected(), greeting.problem());
    }

    /** A heartbeat. */
    public void heard(Turn turn, UUID hostId, boolean hypervisorConnected, @Nullable String problem) {
        Optional<Host> found = turn.inventory().host(hostId);
        if (found.isEmpty()) {
            return;
        }
        watch(turn, hostId).heard(turn.nanos());
        Host host = found.get();
        boolean hypervisorBack = host.state() == HostState.NON_OPERATIONAL && hypervisorConnected;
        if (host.state().inDoubt() || host.state() == HostState.DOWN || hypervisorBack) {
            // It must greet us with all it has before its VMs are believed.
            turn.emit(new Effect.Disconnect(hostId));
            turn.emit(new Effect.Connect(
                    hostId, host.spec().address(), host.spec().port()));
            return;
        }
        judge(turn, host, hypervisorConnected, problem);
    }

    private void judge(Turn turn, Host host, boolean hypervisorConnected, @Nullable String problem) {
        HostTrigger trigger = hypervisorConnected ? HostTrigger.HEARD : HostTrigger.HYPERVISOR_LOST;
        Optional<HostState> next = Lifecycles.HOST.next(host.state(), trigger);
        if (next.isEmpty() || next.get() == host.state()) {
            return;
        }
        turn.put(host.to(next.get(), hypervisorConnected ? null : problem));
        watch(turn, host.id()).excuse = null;
        if (hypervisorConnected) {
            watch(turn, host.id()).startingNanos = null;
            turn.log(
                    Severity.INFO,
                    "host.up",
                    "Host " + host.name() + " is up."
                            + (host.sleeps() && !HostSleep.wakes(turn.inventory(), host)
                                    ? " It was asleep, and somebody else switched it on."
                                    : ""),
                    host.subject());
        } else {
            turn.log(
                    Severity.ERROR,
                    "host.non_operational",
                    "The hypervisor of host " + host.name() + " does not answer: " + problem,
                    host.subject());
        }
    }

    /** Looks at every host; called several times a second. */
    public void tick(Turn turn) {
        leases.tick(turn);
        objections.countAnew();
        List<Host> conspicuous = new ArrayList<>();
        for (Host host : turn.inventory().hosts()) {
            if (host.state() != HostState.UP || late(turn, host)) {
                conspicuous.add(host);
            }
        }
        for (Host host : conspicuous) {
            HostWatch watch = watch(turn, host.id());
            Duration patience = host.state() == HostState.CONNECTING ? FIRST_CONTACT_EVER : settings.heartbeatTimeout();
            if (falling(turn, host) && !watch.askedFor) {
                watch.askedFor = true;
                secondPath.begin(turn, host);
            }
            if (silenceNanos(turn, host) > patience.toNanos() && !HostSleep.fallsAsleep(turn.inventory(), host)) {
                Lifecycles.HOST
                        .next(host.state(), HostTrigger.SILENT)
                        .ifPresent(state -> doubt(turn, host, state, watch));
            }
            if (host.state() == HostState.NON_RESPONSIVE
                    && turn.nanos() - watch.doubtNanos > settings.fencingDelay().toNanos()
                    && turn.nanos() - watch.nextFenceNanos >= 0
                    && late(turn, host)
                    && !turn.inventory().locked(Kind.HOST, host.id())) {
                considerFence(turn, host, watch);
            }
        }
    }

    private void doubt(Turn turn, Host host, HostState state, HostWatch watch) {
        watch.doubtNanos = turn.nanos();
        watch.nextFenceNanos = turn.nanos();
        watch.excuse = null;
        watch.foundAlive = 0;
        long seconds = settings.heartbeatTimeout().toSeconds();
        turn.put(host.to(state, "It was not heard for " + seconds + " s."));
        turn.log(
                Severity.ERROR,
                "host.silent",
                "Host " + host.name() + " was not heard for " + seconds + " s; its VMs are in doubt.",
                host.subject());
        for (Vm vm : turn.inventory().vmsOn(host.id())) {
            loseSight(turn, vm, host);
        }
        if (watch.askedFor) {
            secondPath.tell(turn, turn.inventory().host(host.id()).orElseThrow());
        } else {
            secondPath.begin(turn, host);
        }
    }

    private static void loseSight(Turn turn, Vm vm, Host host) {
        if (!turn.inventory().locked(Kind.VM, vm.id())) {
            Lifecycles.VM
                    .next(vm.state(), VmTrigger.LOST_SIGHT)
                    .ifPresent(to -> turn.put(vm, vm.status().to(to, "Host " + host.name() + " is silent.")));
        }
    }

    private void considerFence(Turn turn, Host host, HostWatch watch) {
        String excuse = objections.of(turn, host, watch);
        if (excuse == null) {
            switch (secondPath.evidence(turn, host)) {
                case Evidence.PENDING -> {}
                case Evidence.ALIVE -> lookAgainLater(turn, watch);
                case Evidence.AGENT_AWAY -> {
                    if (turn.nanos() - watch.doubtNanos < AGENT_GRACE.toNanos()) {
                        excuse(
                                turn,
                                host,
                                watch,
                                "Its machine runs, only its agent does not answer; that is given "
                                        + AGENT_GRACE.toSeconds() + " s to come back.");
                    } else {
                        fenceUnlessRenewing(turn, host, watch);
                    }
                }
                case Evidence.NONE -> fenceUnlessRenewing(turn, host, watch);
            }
        } else {
            excuse(turn, host, watch, excuse);
        }
    }

    private static void lookAgainLater(Turn turn, HostWatch watch) {
        long wait = FIRST_RECHECK.toNanos() << Math.min(watch.foundAlive++, 10);
        watch.nextFenceNanos = turn.nanos() + Math.min(wait, LONGEST_RECHECK.toNanos());
    }

    private void fenceUnlessRenewing(Turn turn, Host host, HostWatch watch) {
        switch (leases.of(turn, host)) {
            case LeaseEvidence.Evidence.PENDING -> {}
            case LeaseEvidence.Evidence.RENEWING -> lookAgainLater(turn, watch);
            case LeaseEvidence.Evidence.NONE -> {
                watch.foundAlive = 0;
                watch.nextFenceNanos = turn.nanos() + FENCE_RETRY.toNanos();
                operations.accept(turn, new Request.PowerHost(host.id(), PowerTask.FENCE));
            }
        }
    }

    /** Whether the VM, on a silent host, may be started elsewhere by its lease. */
    public boolean leaseExpired(Turn turn, Vm vm) {
        return leases.expired(turn, vm);
    }

    /** Says once why the host is not fenced. */
    private static void excuse(Turn turn, Host host, HostWatch watch, String excuse) {
        if (!excuse.equals(watch.excuse)) {
            watch.excuse = excuse;
            turn.log(
                    Severity.ERROR,
                    "host.not_fenced",
                    "Host " + host.name() + " is silent and is not fenced: " + excuse,
                    host.subject());
        }
    }

    /** Up as far as is known, but silent for so long that it may not be. */
    private boolean falling(Turn turn, Host host) {
        return host.state() == HostState.UP && late(turn, host) && !HostSleep.fallsAsleep(turn.inventory(), host);
    }

    private boolean late(Turn turn, Host host) {
        return silenceNanos(turn, host) > suspicionNanos;
    }

    private long silenceNanos(Turn turn, Host host) {
        HostWatch watch = watch(turn, host.id());
        if (turn.nanos() - watch.heardNanos > suspicionNanos) {
            arrivals.latestNanos(host.id()).ifPresent(watch::arrived);
        }
        return turn.nanos() - watch.heardNanos;
    }

    /**
     * A fence that came to nothing is tried again later; a host that is dialled anew gets time to answer; a VM that was
     * held when its host fell silent is in doubt now.
     */
    public void ended(Turn turn, Operation operation) {
        if (operation.about().kind() == Kind.VM) {
            turn.inventory()
                    .vm(operation.about().id())
                    .ifPresent(vm -> turn.inventory()
                            .host(vm.hostId())
                            .filter(host -> host.state().inDoubt())
                            .ifPresent(host -> loseSight(turn, vm, host)));
        }
        if (operation.state() == OperationState.SUCCEEDED) {
            switch (operation.request()) {
                case Request.RegisterHost register -> awaitFirstContact(turn, register.hostId(), FIRST_CONTACT);
                case Request.ActivateHost activate -> awaitFirstContact(turn, activate.hostId(), FIRST_CONTACT);
                case Request other -> {}
            }
        }
        switch (operation.request()) {
            case Request.PowerHost(UUID hostId, PowerTask task) -> powered(turn, hostId, task, operation.state());
            case Request.ProbeHost probe -> secondPath.ended(turn, operation, probe);
            case Request.InspectLockspace look -> leases.ended(turn, operation, look);
            case Request other -> {}
        }
    }

    private void powered(Turn turn, UUID hostId, PowerTask task, OperationState how) {
        if (task == PowerTask.FENCE && how != OperationState.SUCCEEDED) {
            watch(turn, hostId).nextFenceNanos = turn.nanos() + FENCE_RETRY.toNanos();
        }
        boolean switchedOn = (task == PowerTask.ON || task == PowerTask.RESTART) && how == OperationState.SUCCEEDED;
        boolean up = turn.inventory()
                .host(hostId)
                .filter(host -> host.state() == HostState.UP)
                .isPresent();
        if (switchedOn && !up) {
            watch(turn, hostId).startingNanos = turn.nanos();
        }
    }

    public void forget(UUID hostId) {
        secondPath.forget(hostId);
        watches.remove(hostId);
    }

    private HostWatch watch(Turn turn, UUID hostId) {
        return watches.computeIfAbsent(hostId, id -> new HostWatch(turn.nanos()));
    }
}
