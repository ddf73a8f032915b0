package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.upgrade.HostUpgrade;
import io.kvorum.proto.agent.v1.UpgradeResult;
import java.time.Duration;

/** Takes its time, and wants a reboot. */
public final class SimulatedUpgrade implements HostUpgrade {
    private static final Duration TIME = Duration.ofSeconds(30);

    private final SimulatedWorld world;

    public SimulatedUpgrade(SimulatedWorld world) {
        this.world = world;
    }

    @Override
    public UpgradeResult upgrade(CommandContext context) {
        context.pause(world.real(TIME));
        return UpgradeResult.newBuilder().setRebootRequired(true).build();
    }

    @Override
    public UpgradeResult resume(CommandContext context) {
        return upgrade(context);
    }
}
