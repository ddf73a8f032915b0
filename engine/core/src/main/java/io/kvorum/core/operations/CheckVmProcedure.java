package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Asks a host what a VM does on it and believes the answer. A VM is let go of a host only here, at the end of an
 * operation of its own, or by proof that the host is off; never because of what an event said, since events arrive late.
 */
final class CheckVmProcedure implements Procedure<Request.CheckVm> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.CheckVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.CheckVm request) {
        if (work.inventory().vm(request.vmId()).isEmpty()
                || work.inventory().host(request.hostId()).isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        return new Verdict.Command(
                "ask",
                request.hostId(),
                new AgentCommand.QueryVm(request.vmId()),
                work.settings().commandLimit());
    }

    @Override
    public Verdict next(Work work, Request.CheckVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        UUID hostId = request.hostId();
        String host = work.hostName(hostId);
        boolean ending = LeftBehindGuest.is(ended) || TornGuest.is(ended);
        VmFate fate = ending ? (LeftBehindGuest.gone(outcome) ? VmFate.ABSENT : VmFate.IN_DOUBT) : VmFate.of(outcome);
        if (fate == VmFate.LEFT_BEHIND) {
            return leftBehind(work, vm, hostId, host);
        }
        if (fate == VmFate.TORN) {
            return TornGuest.end(work, vm, hostId);
        }
        if (fate == VmFate.IN_DOUBT) {
            return Verdict.failed("Host " + host + " did not say what VM " + vm.name() + " does: " + outcome.words());
        }
        if (fate == VmFate.ABSENT) {
            return absent(work, request, vm, host);
        }
        if (!vm.bindsTo(hostId) && vm.hostId() != null) {
            String message = "VM " + vm.name() + " is bound to host " + work.hostName(vm.hostId()) + " but host " + host
                    + " runs it too. Look at both at once and stop one of them.";
            work.log(Severity.ERROR, "vm.runs_elsewhere", message, vm.subject());
            return Verdict.failed(message);
        }
        if (hostId.equals(vm.status().targetHostId())) {
            if (vm.leaseDomainId() != null && vm.state() == VmState.UNKNOWN && fate == VmFate.RUNNING) {
                // It runs there by its lease, which its old host does not hold any more.
                Vm left = work.turn().put(vm, vm.status().on(hostId));
                return found(work, left, hostId, VmTrigger.SEEN_RUNNING);
            }
            return new Verdict.Succeed("VM " + vm.name() + " is on host " + host + ", where it was migrating to.");
        }
        return found(work, vm, hostId, fate == VmFate.RUNNING ? VmTrigger.SEEN_RUNNING : VmTrigger.SEEN_PAUSED);
    }

    private static Verdict leftBehind(Work work, Vm vm, UUID hostId, String host) {
        boolean goneOnElsewhere = !hostId.equals(vm.hostId()) || vm.status().targetHostId() != null;
        if (goneOnElsewhere) {
            return LeftBehindGuest.end(work, vm.id(), hostId);
        }
        String message = "VM " + vm.name() + " was moved away from host " + host
                + ", and not by this engine: a paused copy is left there. Find out where it runs before you end or resume it.";
        Optional<VmState> doubt = Lifecycles.VM.next(vm.state(), VmTrigger.LOST_SIGHT);
        if (doubt.isPresent() && vm.state() != VmState.UNKNOWN) {
            work.move(vm, VmTrigger.LOST_SIGHT, message);
            work.log(Severity.ERROR, "vm.left_behind", message, vm.subject());
        }
        return Verdict.failed(message);
    }

    private static Verdict found(Work work, Vm vm, UUID hostId, VmTrigger trigger) {
        String host = work.hostName(hostId);
        VmState known = vm.hostId() == null ? VmState.UNKNOWN : vm.state();
        Optional<VmState> next = Lifecycles.VM.next(known, trigger);
        if (next.isEmpty()) {
            return new Verdict.Succeed(
                    "VM " + vm.name() + " is on host " + host + " and " + VmRules.words(vm.state()) + ".");
        }
        if (vm.hostId() == null) {
            work.log(
                    Severity.WARNING,
                    "vm.found",
                    "VM " + vm.name() + " was thought to be down and was found on host " + host + ".",
                    vm.subject());
            work.turn()
                    .put(
                            vm,
                            vm.status()
                                    .to(next.get(), null)
                                    .on(hostId)
                                    .wanted(true)
                                    .saved(false)
                                    .leaseLeftBy(null));
        } else if (vm.state() != next.get()) {
            work.turn().put(vm, vm.status().to(next.get(), null).saved(false));
        }
        UUID target = vm.status().targetHostId();
        if (target != null) {
            work.startAfter(work.derivedId("target"), new Request.CheckVm(vm.id(), target, false));
        }
        return new Verdict.Succeed("VM " + vm.name() + " is " + VmRules.words(next.get()) + " on host " + host + ".");
    }

    private static Verdict absent(Work work, Request.CheckVm request, Vm vm, String host) {
        if (!vm.bindsTo(request.hostId())) {
            return new Verdict.Succeed("VM " + vm.name() + " is not on host " + host + ".");
        }
        UUID target = vm.status().targetHostId();
        if (request.hostId().equals(target)) {
            if (vm.state() == VmState.UNKNOWN) {
                // The source has not answered yet: a migration that it has still to begin would end there.
                return new Verdict.Succeed("VM " + vm.name() + " is not on host " + host
                        + " yet, and its host has not said that it will not come.");
            }
            work.turn().put(vm, vm.status().movingTo(null));
            return new Verdict.Succeed("VM " + vm.name() + " is not on host " + host + ", where it was migrating to.");
        }
        if (target != null) {
            work.turn().put(vm, vm.status().on(target));
            work.startAfter(work.derivedId("target"), new Request.CheckVm(vm.id(), target, request.guestShutDown()));
            return new Verdict.Succeed("VM " + vm.name() + " is not on host " + host + " any more.");
        }
        String reason = request.guestShutDown() ? "The guest shut down." : "It stopped on host " + host + ".";
        Vm off = work.moveOff(vm, VmTrigger.PROVEN_OFF, reason);
        boolean restart =
                !request.guestShutDown() && vm.spec().highAvailability().enabled();
        work.turn().put(off, off.status().wanted(restart && vm.status().wantedRunning()));
        work.log(
                request.guestShutDown() ? Severity.INFO : Severity.ERROR,
                request.guestShutDown() ? "vm.shut_down" : "vm.down",
                "VM " + vm.name() + " is down: " + reason,
                vm.subject());
        return new Verdict.Succeed("VM " + vm.name() + " is down.");
    }
}
