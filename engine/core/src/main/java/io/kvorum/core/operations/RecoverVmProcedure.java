package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A disk failed under a VM: its host looks at each of its storage domains; if all of them answer, the VM is resumed or
 * forced off, as it says itself. While one does not, nothing is done. Can be called off until then.
 */
final class RecoverVmProcedure implements Procedure<Request.RecoverVm> {

    private static final String LOOK = "look at storage domain ";
    private static final String RESUME = "resume";
    private static final String KILL = "force off";

    @Override
    public List<Lock> locks(Inventory inventory, Request.RecoverVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.RecoverVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        if (vm.state() != VmState.PAUSED || vm.hostId() == null) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "recovered", "paused"));
        }
        return lookOrAct(work, vm, vm.hostId(), 0);
    }

    private static List<StorageDomain> domains(Work work, Vm vm) {
        return vm.spec().disks().stream()
                .flatMap(disk -> work.inventory().storageDomain(disk.storageDomainId()).stream())
                .distinct()
                .toList();
    }

    private static Verdict lookOrAct(Work work, Vm vm, UUID hostId, int looked) {
        List<StorageDomain> domains = domains(work, vm);
        if (looked < domains.size()) {
            StorageDomain domain = domains.get(looked);
            return new Verdict.Command(
                    LOOK + domain.name(),
                    hostId,
                    new AgentCommand.InspectStorage(domain),
                    work.settings().commandLimit());
        }
        boolean kill = vm.spec().highAvailability().onStorageReturn() == OnStorageReturn.KILL;
        return new Verdict.Command(
                kill ? KILL : RESUME,
                hostId,
                kill ? new AgentCommand.StopVm(vm.id()) : new AgentCommand.ResumeVm(vm.id()),
                work.settings().commandLimit());
    }

    @Override
    public Verdict next(Work work, Request.RecoverVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        return switch (ended.name()) {
            case RESUME -> resumed(work, vm, outcome);
            case KILL -> killed(work, vm, outcome);
            default -> looked(work, vm, ended, outcome);
        };
    }

    private static Verdict looked(Work work, Vm vm, Step ended, CommandOutcome outcome) {
        if (work.operation().cancelRequested()) {
            return new Verdict.Cancelled("VM " + vm.name() + " stays paused.");
        }
        if (vm.state() != VmState.PAUSED || vm.hostId() == null) {
            return new Verdict.Succeed("VM " + vm.name() + " is not paused any more.");
        }
        if (!outcome.succeeded()) {
            return new Verdict.Succeed("VM " + vm.name() + " stays paused, since host " + work.hostName(ended.hostId())
                    + " cannot " + ended.name() + ": " + outcome.words());
        }
        int looks = work.operation().steps().size();
        return lookOrAct(work, vm, vm.hostId(), looks);
    }

    private static Verdict resumed(Work work, Vm vm, CommandOutcome outcome) {
        if (!outcome.succeeded()) {
            if (vm.hostId() != null) {
                // It may have ended meanwhile.
                work.startAfter(work.derivedId("check"), new Request.CheckVm(vm.id(), vm.hostId(), false));
            }
            return Verdict.failed("VM " + vm.name() + " was not resumed: " + outcome.words());
        }
        if (vm.state() == VmState.PAUSED) {
            work.move(vm, VmTrigger.SEEN_RUNNING, null);
        }
        String message = "VM " + vm.name() + " goes on, since its storage is there again.";
        work.log(Severity.INFO, "vm.resumed", message, vm.subject());
        return new Verdict.Succeed(message);
    }

    private static Verdict killed(Work work, Vm vm, CommandOutcome outcome) {
        boolean gone = outcome.succeeded()
                || outcome instanceof CommandOutcome.HostGone
                || outcome.failedFor(Reason.NOT_FOUND);
        if (!gone) {
            return Verdict.failed("VM " + vm.name() + " was not forced off: " + outcome.words());
        }
        boolean restart = vm.spec().highAvailability().enabled() && vm.status().wantedRunning();
        Vm off = work.moveOff(vm, VmTrigger.PROVEN_OFF, "A disk failed under it.");
        work.turn().put(off, off.status().wanted(restart));
        String message = "VM " + vm.name() + " was forced off after a disk failed under it"
                + (restart ? "; it will be restarted." : "; it is not highly available and stays down.");
        work.log(Severity.WARNING, "vm.killed", message, vm.subject());
        return new Verdict.Succeed(message);
    }

    @Override
    public boolean cancellable(Step running) {
        return running.name().startsWith(LOOK);
    }
}
