package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.operations.Request.VmControl;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Reboots, resets, pauses or resumes a VM where it runs. */
final class ControlVmProcedure implements Procedure<Request.ControlVm> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.ControlVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.ControlVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        VmState needed = request.control() == VmControl.RESUME ? VmState.PAUSED : VmState.UP;
        UUID hostId = vm.hostId();
        if (vm.state() != needed || hostId == null) {
            return Verdict.refuse(VmRules.wrongState(work, vm, done(request.control()), VmRules.words(needed)));
        }
        return new Verdict.Command(
                request.control().verb(),
                hostId,
                command(request),
                work.settings().commandLimit());
    }

    private static AgentCommand command(Request.ControlVm request) {
        UUID vmId = request.vmId();
        return switch (request.control()) {
            case REBOOT -> new AgentCommand.RebootVm(vmId);
            case RESET -> new AgentCommand.ResetVm(vmId);
            case PAUSE -> new AgentCommand.PauseVm(vmId);
            case RESUME -> new AgentCommand.ResumeVm(vmId);
        };
    }

    private static String done(VmControl control) {
        return switch (control) {
            case REBOOT -> "rebooted";
            case RESET -> "reset";
            case PAUSE -> "paused";
            case RESUME -> "resumed";
        };
    }

    @Override
    public Verdict next(Work work, Request.ControlVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        if (!Objects.requireNonNull(ended.outcome()).succeeded()) {
            return Verdict.failed("VM " + vm.name() + " was not " + done(request.control()) + ": "
                    + ended.outcome().words());
        }
        if (request.control() == VmControl.PAUSE && vm.state() == VmState.UP) {
            work.move(vm, VmTrigger.SEEN_PAUSED, null);
        } else if (request.control() == VmControl.RESUME && vm.state() == VmState.PAUSED) {
            work.move(vm, VmTrigger.SEEN_RUNNING, null);
        }
        return new Verdict.Succeed("VM " + vm.name() + " was " + done(request.control()) + ".");
    }
}
