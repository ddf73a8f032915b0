package io.kvorum.core.rehearsal;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * What was measured of a cluster, in steps of equal length.
 *
 * @param hosts what each used beside its VMs
 * @param vms what each used
 */
public record LoadRecording(Instant from, Duration step, int steps, Map<UUID, Series> hosts, Map<UUID, Series> vms) {

    private static final Series NOTHING = new Series(new float[0], new float[0]);

    public LoadRecording {
        if (steps < 1 || !step.isPositive()) {
            throw new IllegalArgumentException("A recording has steps that last: " + steps + " of " + step);
        }
        hosts = Map.copyOf(hosts);
        vms = Map.copyOf(vms);
    }

    public Duration length() {
        return step.multipliedBy(steps);
    }

    public Series host(UUID id) {
        return hosts.getOrDefault(id, NOTHING);
    }

    public Series vm(UUID id) {
        return vms.getOrDefault(id, NOTHING);
    }

    /**
     * A value a step; NaN, or none, where nothing was recorded.
     *
     * @param cpu as a share of all CPUs of the host or VM
     */
    @SuppressWarnings("ArrayRecordComponent") // columns of a fleet
    public record Series(float[] cpu, float[] memoryBytes) {

        /** 0 where nothing was recorded. */
        double cpuAt(int step) {
            return at(cpu, step);
        }

        double memoryAt(int step) {
            return at(memoryBytes, step);
        }

        private static double at(float[] values, int step) {
            return step < values.length && values[step] > 0 ? values[step] : 0;
        }
    }
}
