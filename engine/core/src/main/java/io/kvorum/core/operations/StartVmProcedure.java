package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.scheduling.PlacementDecision;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Starts a VM: place → bind it to the host → free the lease that a dead host left → prepare its networks there → start.
 *
 * <p>Where only a host that sleeps could take it, the operation waits for it, up to {@link HostSleep#WAKING_LIMIT}; the balancer wakes
 * hosts for those that wait.
 *
 * <p>A host that vouches that the start failed is left and another is tried, up to {@link #MAX_HOSTS}. Where a host does
 * not vouch for anything it is asked what the VM does; without an answer the VM stays bound to it, in doubt, and the
 * operation ends. A lease that another host holds without running the VM is {@linkplain LeftBehindLease freed}.
 */
final class StartVmProcedure implements Procedure<Request.StartVm> {

    private static final int MAX_HOSTS = 3;
    private static final String START = "start";
    private static final String RESTORE = "restore from saved memory";
    private static final String LOOK = "look whether it runs";
    private static final String RELEASE = "free its lease";

    @Override
    public List<Lock> locks(Inventory inventory, Request.StartVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.StartVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        if (Lifecycles.VM.next(vm.state(), VmTrigger.START).isEmpty()) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "started", "down or suspended"));
        }
        if (request.hostId() != null && work.inventory().host(request.hostId()).isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Optional<Problem> storage = VmRules.storageNotReady(work.inventory(), vm);
        if (storage.isPresent()) {
            return Verdict.refuse(storage.get());
        }
        Optional<Problem> quota = QuotaRules.objectionToRun(work.inventory(), vm);
        if (quota.isPresent()) {
            return Verdict.refuse(quota.get());
        }
        PlacementDecision decision = work.place(vm, request.hostId(), Set.of());
        Optional<String> objection = objection(work, vm, decision);
        if (objection.isEmpty()) {
            return bind(work, vm, decision.host().orElseThrow(), decision.seat());
        }
        return work.worthWaiting(vm, request.hostId())
                ? new Verdict.Children(HostSleep.WAIT, List.of())
                : Verdict.refuse(Problem.of(Problem.Type.NO_HOST, objection.get()));
    }

    /** Why it cannot be started where that says, in words. */
    private static Optional<String> objection(Work work, Vm vm, PlacementDecision decision) {
        return decision.host().isEmpty()
                ? Optional.of(VmRules.describe(decision.explanation()))
                : work.objectionToStart(vm, decision.host().get());
    }

    /** A host may be there for it by now. */
    @Override
    public Verdict reconsider(Work work, Request.StartVm request) {
        if (!HostSleep.waitedFor(work.operation())) {
            return new Verdict.Wait();
        }
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        if (work.operation().cancelRequested()) {
            return new Verdict.Cancelled(
                    "VM " + vm.name() + " waited for a host to be switched on, and was not started.");
        }
        Optional<Problem> quota = QuotaRules.objectionToRun(work.inventory(), vm);
        if (quota.isPresent()) {
            // Others took its share while it waited.
            return new Verdict.Fail(quota.get());
        }
        if (work.fits(vm, request.hostId())) {
            PlacementDecision decision = work.place(vm, request.hostId(), Set.of());
            if (objection(work, vm, decision).isEmpty()) {
                return bind(work, vm, decision.host().orElseThrow(), decision.seat());
            }
        }
        Duration waited = Duration.between(
                work.operation().currentStep().startedAt(), work.turn().instant());
        boolean hopeless = work.inventory().hostsOf(vm.spec().clusterId()).stream()
                        .noneMatch(host -> HostSleep.sleepsOrWill(work.inventory(), host))
                || HostSleep.waitedInVain(work.operation(), work.turn().instant());
        if (!hopeless) {
            return new Verdict.Wait();
        }
        PlacementDecision decision = work.place(vm, request.hostId(), Set.of());
        return new Verdict.Fail(Problem.of(
                Problem.Type.NO_HOST,
                "VM " + vm.name() + " waited " + waited.toSeconds() + " s for a host to be switched on, in vain. "
                        + objection(work, vm, decision).orElse("")));
    }

    @Override
    public boolean cancellable(Step running) {
        return running.name().equals(HostSleep.WAIT);
    }

    private Verdict bind(Work work, Vm vm, Host host, @Nullable Seat seat) {
        QuotaRules.tell(work, vm);
        VmState state =
                vm.state() == VmState.STARTING ? VmState.STARTING : Lifecycles.VM.require(vm.state(), VmTrigger.START);
        Vm bound = work.turn()
                .put(
                        vm,
                        work.leaseLeft(vm)
                                .to(state, null)
                                .on(host.id(), seat)
                                .startedOn(work.platform(vm, host))
                                .wanted(true)
                                .startedAt(null));
        return LeaseCommands.release(work, bound)
                .<Verdict>map(command -> new Verdict.Command(
                        RELEASE, host.id(), command, work.settings().commandLimit()))
                .orElseGet(() -> nextNetworkOrStart(work, bound, host.id(), null));
    }

    private static Verdict nextNetworkOrStart(Work work, Vm vm, UUID hostId, @Nullable Step last) {
        return NetworkPreparation.next(work, vm, hostId, last).orElseGet(() -> start(work, vm, hostId));
    }

    private static Verdict start(Work work, Vm vm, UUID hostId) {
        boolean resume = vm.status().memorySaved();
        return new Verdict.Command(
                resume ? RESTORE : START,
                hostId,
                work.startCommand(vm, Objects.requireNonNullElse(vm.status().platform(), Platform.UNKNOWN), resume),
                work.settings().startLimit());
    }

    @Override
    public Verdict next(Work work, Request.StartVm request, Step ended) {
        Vm found = work.inventory().vm(request.vmId()).orElseThrow();
        UUID hostId = Objects.requireNonNull(found.hostId());
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (LeftBehindLease.is(ended)) {
            return LeftBehindLease.done(ended)
                    ? start(work, found, hostId)
                    : LeftBehindLease.next(work, found, hostId, ended)
                            .orElseGet(() -> notStarted(work, found, refusal(work)));
        }
        Vm vm = ended.name().equals(RESTORE) && mayHaveRun(outcome)
                ? work.turn().put(found, found.status().saved(false))
                : found;
        if (ended.name().equals(RELEASE)) {
            // Where it was not freed, the start itself tells why.
            Vm freed = outcome.succeeded() ? work.turn().put(vm, vm.status().leaseLeftBy(null)) : vm;
            return nextNetworkOrStart(work, freed, hostId, null);
        }
        if (NetworkPreparation.is(ended)) {
            return outcome.succeeded()
                    ? nextNetworkOrStart(work, vm, hostId, ended)
                    : elsewhere(work, request, vm, outcome.words());
        }
        if (ended.name().equals(LOOK)) {
            return switch (VmFate.of(outcome)) {
                case RUNNING -> started(work, vm, VmTrigger.SEEN_RUNNING);
                case PAUSED -> started(work, vm, VmTrigger.SEEN_PAUSED);
                case ABSENT -> elsewhere(work, request, vm, "The start was interrupted.");
                case LEFT_BEHIND, TORN, IN_DOUBT -> lost(work, vm, outcome.words());
            };
        }
        return switch (outcome) {
            case CommandOutcome.Done done -> started(work, vm, VmTrigger.SEEN_RUNNING);
            case CommandOutcome.HostGone gone -> elsewhere(work, request, vm, gone.message());
            case CommandOutcome.Unknown unknown -> lost(work, vm, unknown.message());
            case CommandOutcome.Failed failed
            when failed.reason() == Reason.LEASE_HELD ->
                LeftBehindLease.begin(work, vm).orElseGet(() -> notStarted(work, vm, failed.message()));
            case CommandOutcome.Failed failed ->
                failed.reason().definite()
                        ? elsewhere(work, request, vm, failed.message())
                        : new Verdict.Command(
                                LOOK,
                                hostId,
                                new AgentCommand.QueryVm(vm.id()),
                                work.settings().commandLimit());
        };
    }

    /** What the host said that was asked to start it. */
    private static String refusal(Work work) {
        return work.operation().steps().reversed().stream()
                .filter(step -> step.name().equals(START) || step.name().equals(RESTORE))
                .findFirst()
                .map(Step::outcome)
                .map(CommandOutcome::words)
                .orElse("");
    }

    /** A guest that may have run has written to its disks: the saved memory does not fit them any more. */
    private static boolean mayHaveRun(CommandOutcome outcome) {
        return switch (outcome) {
            case CommandOutcome.Done done -> true;
            case CommandOutcome.HostGone gone -> true;
            case CommandOutcome.Unknown unknown -> true;
            case CommandOutcome.Failed failed -> !failed.reason().definite();
        };
    }

    private Verdict started(Work work, Vm vm, VmTrigger trigger) {
        VmState state = Lifecycles.VM.require(vm.state(), trigger);
        work.turn()
                .put(
                        vm,
                        vm.status()
                                .to(state, null)
                                .saved(false)
                                .leaseLeftBy(null)
                                .startedAt(work.turn().instant()));
        String message = "VM " + vm.name() + " runs on " + work.hostName(vm.hostId()) + ".";
        work.log(Severity.INFO, "vm.started", message, vm.subject());
        return new Verdict.Succeed(message);
    }

    private Verdict elsewhere(Work work, Request.StartVm request, Vm vm, String why) {
        Set<UUID> tried = new HashSet<>();
        for (Step step : work.operation().steps()) {
            if (step.hostId() != null && !LeftBehindLease.is(step)) {
                tried.add(step.hostId());
            }
        }
        if (tried.size() < MAX_HOSTS) {
            Vm unbound = vm.withStatus(vm.status().on(null));
            PlacementDecision decision = work.place(unbound, request.hostId(), tried);
            if (decision.host().isPresent()) {
                work.log(
                        Severity.WARNING,
                        "vm.start_moved_on",
                        "VM " + vm.name() + " did not start on " + work.hostName(vm.hostId()) + ": " + why + " Trying "
                                + decision.host().get().name() + ".",
                        vm.subject());
                return bind(work, vm, decision.host().get(), decision.seat());
            }
        }
        return notStarted(work, vm, why);
    }

    private static Verdict notStarted(Work work, Vm vm, String why) {
        VmTrigger trigger = vm.status().memorySaved() ? VmTrigger.RESTORE_FAILED : VmTrigger.START_FAILED;
        work.moveOff(vm, trigger, why);
        return Verdict.failed("VM " + vm.name() + " could not be started: " + why);
    }

    private Verdict lost(Work work, Vm vm, String why) {
        work.move(vm, VmTrigger.LOST_SIGHT, why);
        return new Verdict.Fail(Problem.of(
                Problem.Type.TIMED_OUT,
                "Host " + work.hostName(vm.hostId()) + " did not say whether VM " + vm.name() + " runs: " + why
                        + " The VM stays bound to it until the host answers, is fenced, or is confirmed down."));
    }
}
