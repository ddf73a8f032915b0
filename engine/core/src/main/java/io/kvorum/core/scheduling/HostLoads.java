package io.kvorum.core.scheduling;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.VmLoad;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Measured CPU use of hosts and VMs, smoothed so that one report does not decide. Shares are 0 to 1. */
public final class HostLoads {

    /** Weight of the newest report in the exponential average. */
    private static final double NEWEST = 0.5;

    private final Map<UUID, Double> hostCpu = new HashMap<>();
    private final Map<UUID, Double> vmCpu = new HashMap<>();

    /** Takes a report; what is not a number within reason is ignored. */
    public void report(UUID hostId, HostLoad load) {
        record(hostCpu, hostId, load.cpuUsage());
        for (VmLoad vm : load.vms()) {
            record(vmCpu, vm.vmId(), vm.cpuUsage());
        }
    }

    /** Forgets a host that is not there any more. */
    public void forget(UUID hostId) {
        hostCpu.remove(hostId);
    }

    public OptionalDouble hostCpu(UUID hostId) {
        return value(hostCpu.get(hostId));
    }

    /** Of the VM's own vCPUs. */
    public OptionalDouble vmCpu(UUID vmId) {
        return value(vmCpu.get(vmId));
    }

    private static OptionalDouble value(@Nullable Double stored) {
        return stored == null ? OptionalDouble.empty() : OptionalDouble.of(stored);
    }

    private static void record(Map<UUID, Double> averages, UUID id, double usage) {
        if (usage >= 0 && usage <= 1.05) {
            averages.merge(id, usage, (before, now) -> before * (1 - NEWEST) + now * NEWEST);
        }
    }
}
