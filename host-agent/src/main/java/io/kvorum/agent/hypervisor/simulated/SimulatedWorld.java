package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.proto.agent.v1.DiskResult;
import io.kvorum.proto.agent.v1.VmSpec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What simulated hosts share: each other, the storage and the pace of time. */
public final class SimulatedWorld {
    private final double timeScale;
    private final Map<String, SimulatedHypervisor> hosts = new ConcurrentHashMap<>();
    final Map<String, DiskResult> disks = new ConcurrentHashMap<>();
    final Map<String, VmSpec> saved = new ConcurrentHashMap<>();

    /** @param timeScale how many times faster than real boots, shutdowns and migrations go; over 0 */
    public SimulatedWorld(double timeScale) {
        if (!(timeScale > 0)) {
            throw new IllegalArgumentException("The time scale is " + timeScale + "; it must be over 0");
        }
        this.timeScale = timeScale;
    }

    void add(SimulatedHypervisor host) {
        hosts.put(host.hostId(), host);
    }

    Optional<SimulatedHypervisor> byId(String hostId) {
        return Optional.ofNullable(hosts.get(hostId));
    }

    Optional<SimulatedHypervisor> byName(String name) {
        return hosts.values().stream().filter(host -> host.name().equals(name)).findFirst();
    }

    /** Real time that a simulated while takes. */
    Duration real(Duration simulated) {
        return Duration.ofNanos((long) (simulated.toNanos() / timeScale));
    }
}
