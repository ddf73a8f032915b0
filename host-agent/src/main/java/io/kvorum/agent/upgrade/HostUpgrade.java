package io.kvorum.agent.upgrade;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.proto.agent.v1.UpgradeResult;

/** Upgrades the software of this host. */
public interface HostUpgrade {
    /** Begins an upgrade and waits for its end; one that was begun under the same command id is not begun again. */
    UpgradeResult upgrade(CommandContext context);

    /** Waits for an upgrade that an earlier life of the agent began; INTERRUPTED where it neither runs nor has ended. */
    UpgradeResult resume(CommandContext context);
}
