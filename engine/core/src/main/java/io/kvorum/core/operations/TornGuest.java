package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import java.util.UUID;

/**
 * A guest whose migration by post-copy broke after it had gone on at the target: neither host has all of its memory. Its source
 * is asked to go on with the migration, some times; where that fails, both parts are ended, the source's first, and the VM is
 * down as if its host had failed. No part of it is ever resumed by itself.
 */
final class TornGuest {

    private static final String END = "end a part of a guest that cannot be put together again";

    private TornGuest() {}

    static Verdict end(Work work, Vm vm, UUID hostId) {
        work.log(
                Severity.ERROR,
                "vm.torn",
                "VM " + vm.name()
                        + " cannot go on: its migration by post-copy broke, and part of its memory is lost. What is left"
                        + " of it on host " + work.hostName(hostId) + " is ended.",
                vm.subject());
        return new Verdict.Command(
                END, hostId, new AgentCommand.StopVm(vm.id()), work.settings().commandLimit());
    }

    static boolean is(Step step) {
        return step.name().equals(END);
    }
}
