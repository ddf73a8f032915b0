package io.kvorum.server.rehearsal;

import io.kvorum.core.inventory.Vm;
import io.kvorum.core.rehearsal.LoadRecording;
import io.kvorum.core.rehearsal.LoadRecording.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToDoubleFunction;

/**
 * CPU use of some VMs over time, from a file.
 *
 * @param columns one for each VM of the file: its CPU use at each step, as a share of its virtual CPUs; not to be changed
 */
public record Trace(UUID id, String name, Instant takenAt, Duration step, int steps, List<float[]> columns) {

    public Trace {
        columns = List.copyOf(columns);
    }

    public Duration length() {
        return step.multipliedBy(steps);
    }

    /**
     * The trace as the loads of these VMs: each gets a column, in their order, again from the first where there are more VMs than
     * columns. Hosts use nothing beside them.
     *
     * @param memoryBytes what a VM uses, all the time
     */
    LoadRecording over(List<Vm> vms, Instant from, ToDoubleFunction<Vm> memoryBytes) {
        Map<UUID, Series> loads = new HashMap<>();
        for (int i = 0; i < vms.size(); i++) {
            float[] memory = new float[steps];
            Arrays.fill(memory, (float) memoryBytes.applyAsDouble(vms.get(i)));
            loads.put(vms.get(i).id(), new Series(columns.get(i % columns.size()), memory));
        }
        return new LoadRecording(from, step, steps, Map.of(), loads);
    }
}
