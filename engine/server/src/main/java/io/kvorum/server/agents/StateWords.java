package io.kvorum.server.agents;

import io.kvorum.core.controller.VmRunState;
import java.util.Optional;

/** The contract's run states in the core's words; empty for one that is not known here. */
final class StateWords {

    private StateWords() {}

    static Optional<VmRunState> read(io.kvorum.proto.agent.v1.VmRunState state) {
        return switch (state) {
            case VM_RUN_STATE_RUNNING -> Optional.of(VmRunState.RUNNING);
            case VM_RUN_STATE_PAUSED -> Optional.of(VmRunState.PAUSED);
            case VM_RUN_STATE_PAUSED_IO_ERROR -> Optional.of(VmRunState.PAUSED_IO_ERROR);
            case VM_RUN_STATE_SHUTTING_DOWN -> Optional.of(VmRunState.SHUTTING_DOWN);
            case VM_RUN_STATE_OFF -> Optional.of(VmRunState.OFF);
            case VM_RUN_STATE_CRASHED -> Optional.of(VmRunState.CRASHED);
            case VM_RUN_STATE_SUSPENDED -> Optional.of(VmRunState.SUSPENDED);
            case VM_RUN_STATE_MIGRATING_IN -> Optional.of(VmRunState.MIGRATING_IN);
            case VM_RUN_STATE_TORN -> Optional.of(VmRunState.TORN);
            case VM_RUN_STATE_LEFT_BEHIND -> Optional.of(VmRunState.LEFT_BEHIND);
            case VM_RUN_STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }
}
