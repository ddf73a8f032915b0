package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome.DiskDetail;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.CommandOutcome.StorageDetail;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * The shared storage domain: disks and saved memory. Leases on it belong here: who holds the lease of a VM, who renews
 * the lease of a host, and when they run out.
 */
final class Storage {

    private static final long GIB = 1L << 30;

    private final World world;
    final Set<UUID> disks = new HashSet<>();
    final Set<UUID> savedMemory = new HashSet<>();

    Storage(World world) {
        this.world = world;
    }

    private boolean lost(Machine machine, Hypervisor.Call call) {
        if (machine.storageLost == 0) {
            return false;
        }
        machine.agent.life.after(
                world.dice.millis(500, 5000), () -> call.fail(Reason.STORAGE, "The storage does not answer"));
        return true;
    }

    private long time(Machine machine) {
        return machine.storageSlow > 0 ? world.dice.millis(500, 20_000) : world.dice.millis(5, 300);
    }

    void create(Machine machine, AgentCommand.CreateDisk command, Hypervisor.Call call) {
        if (!lost(machine, call)) {
            machine.agent.life.after(time(machine), () -> {
                disks.add(command.diskId());
                call.end(new Done(new DiskDetail(command.sizeBytes(), 0)));
            });
        }
    }

    void delete(Machine machine, AgentCommand.DeleteDisk command, Hypervisor.Call call) {
        if (!lost(machine, call)) {
            machine.agent.life.after(time(machine), () -> {
                disks.remove(command.diskId());
                call.done();
            });
        }
    }

    void inspect(Machine machine, Hypervisor.Call call) {
        if (!lost(machine, call)) {
            machine.agent.life.after(time(machine), () -> call.end(new Done(new StorageDetail(1000 * GIB, 900 * GIB))));
        }
    }
}
