package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Saves a VM's memory beside its first disk and stops it. */
final class SuspendVmProcedure implements Procedure<Request.SuspendVm> {

    private static final String SAVE = "save its memory";
    private static final String LOOK = "look whether it runs";

    @Override
    public List<Lock> locks(Inventory inventory, Request.SuspendVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.SuspendVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        UUID hostId = vm.hostId();
        if (hostId == null || Lifecycles.VM.next(vm.state(), VmTrigger.SUSPEND).isEmpty()) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "suspended", "up or paused"));
        }
        Optional<StorageDomain> domain = savedStateDomain(work.inventory(), vm);
        if (domain.isEmpty()) {
            return Verdict.conflict(
                    "VM " + vm.name() + " has no disk, so there is no storage domain to save its memory in.");
        }
        work.move(vm, VmTrigger.SUSPEND, null);
        return new Verdict.Command(
                SAVE,
                hostId,
                new AgentCommand.SuspendVm(vm.id(), domain.get()),
                work.settings().migrationLimit());
    }

    /** Where the memory of a suspended VM is kept: beside its first disk. */
    static Optional<StorageDomain> savedStateDomain(Inventory inventory, Vm vm) {
        return vm.spec().disks().stream().findFirst().flatMap(disk -> inventory.storageDomain(disk.storageDomainId()));
    }

    @Override
    public Verdict next(Work work, Request.SuspendVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (ended.name().equals(LOOK)) {
            return settle(work, vm, outcome);
        }
        return switch (outcome) {
            case CommandOutcome.Done done -> {
                Vm off = work.moveOff(vm, VmTrigger.SUSPENDED, null);
                work.turn().put(off, off.status().wanted(false).saved(true));
                String message = "VM " + vm.name() + " is suspended.";
                work.log(Severity.INFO, "vm.suspended", message, vm.subject());
                yield new Verdict.Succeed(message);
            }
            case CommandOutcome.HostGone gone -> {
                work.moveOff(vm, VmTrigger.PROVEN_OFF, gone.message());
                yield Verdict.failed("VM " + vm.name() + " went down with its host before its memory was saved.");
            }
            case CommandOutcome.Failed failed ->
                new Verdict.Command(
                        LOOK,
                        Objects.requireNonNull(ended.hostId()),
                        new AgentCommand.QueryVm(vm.id()),
                        work.settings().commandLimit());
            case CommandOutcome.Unknown unknown -> settle(work, vm, unknown);
        };
    }

    private static Verdict settle(Work work, Vm vm, CommandOutcome outcome) {
        switch (VmFate.of(outcome)) {
            case RUNNING -> work.move(vm, VmTrigger.SEEN_RUNNING, null);
            case PAUSED -> work.move(vm, VmTrigger.SEEN_PAUSED, null);
            case ABSENT -> work.moveOff(vm, VmTrigger.PROVEN_OFF, "It stopped while its memory was being saved.");
            case LEFT_BEHIND, TORN, IN_DOUBT -> work.move(vm, VmTrigger.LOST_SIGHT, outcome.words());
        }
        VmState now = work.inventory().vm(vm.id()).orElseThrow().state();
        String why = work.operation().steps().getFirst().outcome() instanceof CommandOutcome.Failed failed
                ? failed.message()
                : outcome.words();
        return Verdict.failed("VM " + vm.name() + " was not suspended and is " + VmRules.words(now) + ": " + why);
    }
}
