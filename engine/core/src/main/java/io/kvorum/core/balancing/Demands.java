package io.kvorum.core.balancing;

import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.MigrationDetail;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Step;
import io.kvorum.core.scheduling.HostLoads;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What VMs are expected to ask for, in CPUs, from what was measured of late, and of their memory, from when they moved last. A new
 * leader begins anew, with the deviation of VMs in general.
 */
final class Demands {

    private static final Duration STEP = Duration.ofSeconds(30);

    /** Of a VM that little is known of, as a share of its CPUs. */
    private static final double ASSUMED_DEVIATION = 0.08;

    private final HostLoads loads;
    private final Map<UUID, DemandForecast> forecasts = new HashMap<>();
    private final DirtyRates dirtyRates = new DirtyRates();
    private @Nullable Long observedNanos;

    Demands(HostLoads loads) {
        this.loads = loads;
    }

    /** Takes a sample of every VM if one is due; to be called regularly. */
    void observe(Turn turn) {
        if (observedNanos != null && turn.nanos() - observedNanos < STEP.toNanos()) {
            return;
        }
        observedNanos = turn.nanos();
        Set<UUID> running = new HashSet<>();
        for (Vm vm : turn.inventory().vms()) {
            if (vm.state() == VmState.UP && loads.vmFresh(vm.id(), turn.nanos())) {
                running.add(vm.id());
                double share = loads.vmCpu(vm.id()).orElse(0);
                DemandForecast known = forecasts.get(vm.id());
                if (known == null) {
                    forecasts.put(vm.id(), new DemandForecast(share, ASSUMED_DEVIATION));
                } else {
                    known.add(share);
                }
            }
        }
        forecasts.keySet().retainAll(running);
        dirtyRates.forget(id -> turn.inventory().vm(id).isEmpty());
    }

    /** Takes what a migration that has ended tells of its VM. */
    void ended(Turn turn, Operation operation) {
        if (operation.request() instanceof Request.MigrateVm(UUID vmId, var hostId, var clusterId)) {
            for (Step step : operation.steps()) {
                if (step.outcome() instanceof CommandOutcome.Done(MigrationDetail detail)) {
                    dirtyRates.migrated(vmId, detail, turn.nanos());
                }
            }
        }
    }

    /** Bytes of its memory that the VM writes a second; NaN if nobody has measured it of late. */
    double dirtied(Turn turn, UUID vmId) {
        return dirtyRates.of(vmId, turn.nanos());
    }

    /** In CPUs; what it asks for now where nothing else is known. */
    double mean(Vm vm, double now) {
        DemandForecast known = forecasts.get(vm.id());
        return known == null ? now : known.mean() * vm.spec().hardware().vcpus();
    }

    /** In CPUs squared. */
    double variance(Vm vm) {
        DemandForecast known = forecasts.get(vm.id());
        double share = known == null ? ASSUMED_DEVIATION * ASSUMED_DEVIATION : known.variance();
        double vcpus = vm.spec().hardware().vcpus();
        return share * vcpus * vcpus;
    }
}
