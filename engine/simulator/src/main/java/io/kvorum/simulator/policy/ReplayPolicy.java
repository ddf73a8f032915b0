package io.kvorum.simulator.policy;

import java.util.List;

/** What decides which VMs move, once a step. */
interface ReplayPolicy {

    /** A VM that is to move to another host. */
    record Move(ReplayVm vm, ReplayHost target) {}

    /** @param hosts all of them, with what their VMs ask for now; nothing is moving */
    List<Move> decide(List<ReplayHost> hosts);
}
