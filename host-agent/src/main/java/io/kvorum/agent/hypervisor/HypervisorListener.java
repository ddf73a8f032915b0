package io.kvorum.agent.hypervisor;

import io.kvorum.proto.agent.v1.VmEvent;

/** Hears what happens to guests. Implementations never block. */
public interface HypervisorListener {
    void happened(VmEvent event);

    /** The hypervisor was away and is back, or events were lost: what is known of guests must be read again. */
    void inventoryChanged();
}
