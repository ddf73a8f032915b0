package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Shuts a VM down through its guest, or pulls the plug. From here on nobody restarts it. */
final class StopVmProcedure implements Procedure<Request.StopVm> {

    private static final String SHUT_DOWN = "ask the guest to shut down";
    private static final String PULL = "pull the plug";
    private static final String PULL_AT_TARGET = "pull the plug at the target";

    @Override
    public List<Lock> locks(Inventory inventory, Request.StopVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.StopVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        UUID hostId = vm.hostId();
        boolean possible = request.force()
                ? vm.state() == VmState.UP || vm.state() == VmState.PAUSED || vm.state() == VmState.UNKNOWN
                : vm.state() == VmState.UP;
        if (!possible || hostId == null) {
            boolean waitsForRestart = vm.state() == VmState.DOWN && vm.status().wantedRunning();
            if (waitsForRestart) {
                work.turn().put(vm, vm.status().wanted(false));
                return new Verdict.Succeed("VM " + vm.name() + " is down, and will not be restarted.");
            }
            return Verdict.refuse(VmRules.wrongState(work, vm, request.force() ? "forced off" : "shut down", "up"));
        }
        if (request.force()) {
            work.turn().put(vm, vm.status().wanted(false));
            return new Verdict.Command(
                    PULL,
                    hostId,
                    new AgentCommand.StopVm(vm.id()),
                    work.settings().commandLimit());
        }
        Vm going = work.move(vm, VmTrigger.SHUT_DOWN, null);
        work.turn().put(going, going.status().wanted(false));
        return new Verdict.Command(
                SHUT_DOWN,
                hostId,
                new AgentCommand.ShutdownVm(vm.id()),
                work.settings().shutdownLimit());
    }

    @Override
    public Verdict next(Work work, Request.StopVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        return switch (outcome) {
            case CommandOutcome.Done done -> offThere(work, vm, ended);
            case CommandOutcome.HostGone gone -> offThere(work, vm, ended);
            case CommandOutcome.Failed failed when failed.reason() == Reason.NOT_FOUND -> offThere(work, vm, ended);
            case CommandOutcome.Failed failed -> stillOn(work, vm, failed.message());
            case CommandOutcome.Unknown unknown -> {
                if (vm.state() != VmState.UNKNOWN) {
                    work.move(vm, VmTrigger.LOST_SIGHT, unknown.message());
                }
                yield new Verdict.Fail(Problem.of(
                        Problem.Type.TIMED_OUT,
                        "Host " + work.hostName(vm.hostId()) + " did not say whether VM " + vm.name() + " is off: "
                                + unknown.message()));
            }
        };
    }

    /** It is off on that host. After a migration whose end nobody saw it may be on the target as well. */
    private static Verdict offThere(Work work, Vm vm, Step ended) {
        UUID target = vm.status().targetHostId();
        if (target == null || target.equals(ended.hostId())) {
            return off(work, vm);
        }
        return new Verdict.Command(
                PULL_AT_TARGET,
                target,
                new AgentCommand.StopVm(vm.id()),
                work.settings().commandLimit());
    }

    private static Verdict off(Work work, Vm vm) {
        String message = "VM " + vm.name() + " is down.";
        work.moveOff(vm, VmTrigger.PROVEN_OFF, null);
        work.log(Severity.INFO, "vm.stopped", message, vm.subject());
        return new Verdict.Succeed(message);
    }

    private static Verdict stillOn(Work work, Vm vm, String why) {
        Vm back = vm.state() == VmState.SHUTTING_DOWN ? work.move(vm, VmTrigger.SHUT_DOWN_REFUSED, null) : vm;
        work.turn().put(back, back.status().wanted(true));
        return work.operation().cancelRequested()
                ? new Verdict.Cancelled("VM " + vm.name() + " goes on running.")
                : Verdict.failed("VM " + vm.name() + " is still on: " + why);
    }
}
