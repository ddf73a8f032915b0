package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.CommandOutcome.VmDetail;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Hardware;
import java.util.UUID;

/** A guest comes up in libvirtd: first nobody sees it, then it is listed as shut off, then it runs. */
final class GuestStart {

    private final Hypervisor hypervisor;
    private final World world;
    private final AgentCommand.StartVm command;
    private final Hypervisor.Call call;
    private final UUID vmId;

    GuestStart(Hypervisor hypervisor, AgentCommand.StartVm command, Hypervisor.Call call) {
        this.hypervisor = hypervisor;
        this.world = hypervisor.world;
        this.command = command;
        this.call = call;
        this.vmId = command.vm().id();
    }

    void begin() {
        hypervisor.later(1, 40, this::define);
    }

    private void define() {
        Machine machine = hypervisor.machine;
        Guest present = hypervisor.guests.get(vmId);
        if (present != null && (present.remnant || present.torn)) {
            call.fail(Reason.CONFLICT, "A copy of it was left here");
            return;
        }
        if (present != null) {
            call.end(new Done(new VmDetail(vmId, present.state)));
            return;
        }
        if (command.resume() && !world.storage.savedMemory.contains(vmId)) {
            call.fail(Reason.NOT_FOUND, "There is no saved memory");
            return;
        }
        boolean leased = command.vm().leaseDomainId() != null;
        Failed refusal = leased ? world.leases.refusal(machine, vmId) : null;
        if (refusal != null) {
            call.end(refusal);
            return;
        }
        if (machine.storageLost > 0 && world.dice.chance(0.5)) {
            hypervisor.later(500, 5000, () -> call.fail(Reason.STORAGE, "Its disk cannot be opened"));
            return;
        }
        Hardware hardware = command.vm().spec().hardware();
        Guest guest = new Guest(vmId, hardware.memoryBytes(), hardware.vcpus(), VmRunState.RUNNING);
        guest.leased = leased;
        guest.starting = true;
        hypervisor.add(guest);
        world.checks.guestAppears(machine, guest);
        boolean slow = machine.storageLost > 0 || machine.storageSlow > 0;
        hypervisor.later(150, slow ? 120_000 : 1_500, () -> run(guest));
    }

    private void run(Guest guest) {
        if (hypervisor.guests.get(vmId) != guest || !guest.starting) {
            call.fail(Reason.HYPERVISOR, "It was stopped while it came up");
            return;
        }
        if (hypervisor.machine.storageLost > 0) {
            hypervisor.later(500, 2000, () -> run(guest));
            return;
        }
        if (guest.leased && !world.leases.acquire(hypervisor.machine, vmId)) {
            hypervisor.guests.remove(vmId);
            call.fail(Reason.HYPERVISOR, "Failed to acquire lock");
            return;
        }
        if (command.resume()) {
            world.storage.savedMemory.remove(vmId);
        }
        guest.starting = false;
        hypervisor.set(guest, VmRunState.RUNNING, Cause.STARTED);
        call.end(new Done(new VmDetail(vmId, VmRunState.RUNNING)));
    }
}
