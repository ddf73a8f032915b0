package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.scheduling.PlacementDecision;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Starts a VM whose host is silent elsewhere, with its lease for proof: place → bind it to the new host too → prepare its
 * networks there → start.
 *
 * <ol>
 *   <li>Until the new host says that the guest runs there, the VM is bound to both hosts, and unknown.
 *   <li>A guest that runs on the new host holds the lease, which proves that the old one does not: only then the VM is
 *       let go of the silent host.
 *   <li>What the new host refuses, with a held lease above all, leaves the VM where it was.
 * </ol>
 */
final class RestartByLeaseProcedure implements Procedure<Request.RestartByLease> {

    private static final String START = "start with its lease";
    private static final String LOOK = "look whether it runs";

    @Override
    public List<Lock> locks(Inventory inventory, Request.RestartByLease request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.RestartByLease request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        Optional<Host> silent = work.inventory().host(vm.hostId());
        boolean inDoubt = vm.state() == VmState.UNKNOWN
                && silent.filter(host -> host.state().inDoubt()).isPresent();
        if (!inDoubt || vm.leaseDomainId() == null || vm.status().memorySaved()) {
            return Verdict.refuse(
                    VmRules.wrongState(work, vm, "restarted by its lease", "unknown on a silent host, with a lease"));
        }
        Optional<Problem> storage = VmRules.storageNotReady(work.inventory(), vm);
        if (storage.isPresent()) {
            return Verdict.refuse(storage.get());
        }
        Optional<Host> begun = work.inventory().host(vm.status().targetHostId());
        if (begun.filter(host -> host.state().inDoubt()).isPresent()) {
            return onlyTarget(work, vm, begun.get());
        }
        UUID begunId = begunOn(work, vm);
        Vm unbound =
                work.inventory().inClusterOf(begunId, vm.withStatus(vm.status().on(null)));
        PlacementDecision decision = work.place(unbound, begunId, Set.of());
        if (decision.host().isEmpty()) {
            return Verdict.refuse(Problem.of(Problem.Type.NO_HOST, VmRules.describe(decision.explanation())));
        }
        Host target = decision.host().get();
        Vm bound = work.turn().put(vm, Work.onWayTo(vm, target, decision.seat()));
        return nextNetworkOrStart(work, bound, target.id(), null);
    }

    /** Nothing with a lease runs any more on a host whose leases expired; but its target of now fell silent as well. */
    private static Verdict onlyTarget(Work work, Vm vm, Host target) {
        String before = work.hostName(vm.hostId());
        work.turn().put(vm, vm.status().on(target.id()));
        return new Verdict.Succeed("VM " + vm.name() + " cannot run on host " + before
                + " any more, whose lease expired. It may run on host " + target.name() + ", which is silent too.");
    }

    /** Where it may run already, since an earlier attempt was not answered. A host that is off since does not count. */
    private static @Nullable UUID begunOn(Work work, Vm vm) {
        return work.inventory()
                .host(vm.status().targetHostId())
                .filter(host -> host.state() != HostState.DOWN)
                .map(Host::id)
                .orElse(null);
    }

    private static Verdict nextNetworkOrStart(Work work, Vm vm, UUID target, @Nullable Step last) {
        return NetworkPreparation.next(work, vm, target, last)
                .orElseGet(() -> new Verdict.Command(
                        START,
                        target,
                        work.startCommand(vm, platform(work, vm, target), false),
                        work.settings().startLimit()));
    }

    @Override
    public Verdict next(Work work, Request.RestartByLease request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        UUID target = Objects.requireNonNull(ended.hostId());
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (NetworkPreparation.is(ended)) {
            // An earlier attempt that nobody answered may have started it there.
            return outcome.succeeded() ? nextNetworkOrStart(work, vm, target, ended) : look(work, vm, target);
        }
        if (ended.name().equals(LOOK)) {
            return switch (VmFate.of(outcome)) {
                case RUNNING -> restarted(work, vm, target, VmTrigger.SEEN_RUNNING);
                case PAUSED -> restarted(work, vm, target, VmTrigger.SEEN_PAUSED);
                case ABSENT -> stays(work, vm, "It did not come up on host " + work.hostName(target) + ".");
                case LEFT_BEHIND, TORN, IN_DOUBT -> doubt(work, vm, target, outcome.words());
            };
        }
        return switch (outcome) {
            case CommandOutcome.Done done -> restarted(work, vm, target, VmTrigger.SEEN_RUNNING);
            case CommandOutcome.HostGone gone -> stays(work, vm, gone.message());
            case CommandOutcome.Unknown unknown -> doubt(work, vm, target, unknown.message());
            case CommandOutcome.Failed failed ->
                failed.reason().definite() ? stays(work, vm, failed.message()) : look(work, vm, target);
        };
    }

    private static Platform platform(Work work, Vm vm, UUID target) {
        Vm there = work.inventory().inClusterOf(target, vm);
        return work.platform(there, work.inventory().host(target).orElseThrow());
    }

    private static Verdict look(Work work, Vm vm, UUID target) {
        return new Verdict.Command(
                LOOK, target, new AgentCommand.QueryVm(vm.id()), work.settings().commandLimit());
    }

    private static Verdict restarted(Work work, Vm vm, UUID target, VmTrigger trigger) {
        String silent = work.hostName(vm.hostId());
        work.turn()
                .put(
                        vm,
                        vm.status()
                                .to(Lifecycles.VM.require(vm.state(), trigger), null)
                                .on(target)
                                .startedOn(platform(work, vm, target))
                                .startedAt(work.turn().instant()));
        String message = "VM " + vm.name() + " runs on " + work.hostName(target)
                + ", which acquired its lease: it cannot run on host " + silent + " any more.";
        work.log(Severity.WARNING, "vm.restarted_by_lease", message, vm.subject());
        return new Verdict.Succeed(message);
    }

    private static Verdict stays(Work work, Vm vm, String why) {
        work.turn().put(vm, vm.status().movingTo(null));
        return Verdict.failed("VM " + vm.name() + " was not restarted by its lease: " + why);
    }

    private static Verdict doubt(Work work, Vm vm, UUID target, String why) {
        return new Verdict.Fail(Problem.of(
                Problem.Type.TIMED_OUT,
                "Host " + work.hostName(target) + " did not say whether VM " + vm.name() + " runs there now: " + why
                        + " It stays bound to both hosts."));
    }
}
