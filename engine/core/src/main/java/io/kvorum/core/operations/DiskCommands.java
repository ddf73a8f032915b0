package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm.VmDisk;

/** Commands and problems that several procedures have of disks. */
final class DiskCommands {

    private DiskCommands() {}

    static AgentCommand.CreateDisk empty(VmDisk disk, StorageDomain domain) {
        return new AgentCommand.CreateDisk(disk.id(), domain, disk.format(), disk.sizeBytes(), null, null, null, false);
    }

    static Problem noHost(StorageDomain domain) {
        return Problem.conflict(
                "No host that is up reaches the storage domain " + domain.name() + ".", domain.subject());
    }

    static Problem noSpace(StorageDomain domain, long wantedBytes) {
        return Problem.conflict(
                "Storage domain " + domain.name() + " has " + domain.availableBytes() + " bytes left, " + wantedBytes
                        + " are needed.",
                domain.subject());
    }
}
