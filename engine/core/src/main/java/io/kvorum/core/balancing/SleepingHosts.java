package io.kvorum.core.balancing;

import io.kvorum.core.availability.AdmissionControl;
import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.HostSleep;
import io.kvorum.core.operations.Sleepers;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where VMs would go if hosts that sleep were on: the scheduler's own answer, on a copy of the cluster in which they are. */
public final class SleepingHosts implements Sleepers {

    private final HostLoads loads;
    private final AdmissionControl admission;

    public SleepingHosts(HostLoads loads, AdmissionControl admission) {
        this.loads = loads;
        this.admission = admission;
    }

    @Override
    public boolean wouldTake(Inventory inventory, Vm vm, @Nullable UUID onlyHostId, boolean held) {
        Cluster cluster = inventory.cluster(vm.spec().clusterId()).orElseThrow();
        List<Host> asleep = inventory.hostsOf(cluster.id()).stream()
                .filter(host -> HostSleep.sleepsOrWill(inventory, host))
                .toList();
        if (asleep.isEmpty()) {
            return false;
        }
        Inventory awake = FailoverProof.whatIf(inventory, cluster);
        asleep.forEach(host -> wake(awake, host));
        return place(awake, cluster, vm, onlyHostId, held).isPresent();
    }

    static void wake(Inventory supposed, Host host) {
        supposed.put(host.to(HostState.UP, null), Instant.EPOCH);
    }

    /**
     * Where the VM may be started in a cluster as it would be.
     *
     * @param held whether it must leave the room free that is kept for failures
     */
    Optional<Host> place(Inventory supposed, Cluster cluster, Vm vm, @Nullable UUID onlyHostId, boolean held) {
        return new Scheduler(supposed, loads)
                .choose(new PlacementRequest(vm, cluster, onlyHostId, Set.of()))
                .filter(host ->
                        !held || admission.objection(supposed, vm, host.id()).isEmpty());
    }

    /** As if the VM ran on a host where it may be started. */
    void suppose(Inventory supposed, Cluster cluster, Vm vm, Host host) {
        PlacementRequest request = new PlacementRequest(vm, cluster, host.id(), Set.of());
        supposed.put(new Scheduler(supposed, loads).supposedOn(request, host), Instant.EPOCH);
    }
}
