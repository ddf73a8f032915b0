package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Reason;
import java.util.UUID;

/**
 * What a live migration left on its source: the VM went on at the target, and the source's hypervisor died before it could
 * remove its own copy, or nobody can say whether it went on. The copy is paused; resumed, it would run twice, or over disks
 * that have been written since. So it is always ended, and the VM is where the target says, or nowhere.
 */
final class LeftBehindGuest {

    private static final String END = "end what the migration left on its source";

    private LeftBehindGuest() {}

    static Verdict end(Work work, UUID vmId, UUID hostId) {
        return new Verdict.Command(
                END, hostId, new AgentCommand.StopVm(vmId), work.settings().commandLimit());
    }

    static boolean is(Step step) {
        return step.name().equals(END);
    }

    /** Whether it is proven to be gone. */
    static boolean gone(CommandOutcome outcome) {
        return switch (outcome) {
            case CommandOutcome.Done done -> true;
            case CommandOutcome.HostGone gone -> true;
            case CommandOutcome.Failed failed -> failed.reason() == Reason.NOT_FOUND;
            case CommandOutcome.Unknown unknown -> false;
        };
    }
}
