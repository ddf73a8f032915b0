package io.kvorum.core.balancing;

import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/** The rules of moves are those of placement: the scheduler's filters, asked on a copy on which the plan's moves are made. */
final class PlacementRules implements MoveRules {

    private final ClusterLoads measured;
    private final Cluster cluster;
    private final HostLoads loads;
    private final Inventory supposed;
    private final Scheduler scheduler;

    PlacementRules(Inventory inventory, Cluster cluster, HostLoads loads, ClusterLoads measured) {
        this.measured = measured;
        this.cluster = cluster;
        this.loads = loads;
        supposed = FailoverProof.whatIf(inventory, cluster);
        scheduler = new Scheduler(supposed, loads);
    }

    @Override
    public boolean allows(LoadModel model, int vm, int host) {
        return scheduler.choose(request(vm, host)).isPresent();
    }

    private PlacementRequest request(int vm, int host) {
        Vm supposedly = supposed.vm(measured.vm(vm).id()).orElseThrow();
        return new PlacementRequest(supposedly, cluster, measured.host(host).id(), Set.of());
    }

    @Override
    public void moved(int vm, int host) {
        supposed.put(scheduler.supposedOn(request(vm, host), measured.host(host)), Instant.EPOCH);
    }

    /** Where the scheduler would have the VM go, of the hosts that were measured. */
    OptionalInt choose(int vm) {
        Vm supposedly = supposed.vm(measured.vm(vm).id()).orElseThrow();
        return scheduler
                .choose(new PlacementRequest(supposedly, cluster, null, Set.of()))
                .map(host -> measured.hostIndex(host.id()))
                .orElse(OptionalInt.empty());
    }

    /** Whether the VM is where a hard rule of its affinity groups does not want it. */
    boolean brokenAffinity(UUID vmId) {
        return supposed.vm(vmId)
                .filter(vm -> scheduler.breaksAffinity(vm, cluster))
                .isPresent();
    }

    /** The cluster as it would be after the moves so far. */
    Inventory supposed() {
        return supposed;
    }

    /** How many VMs would not be restarted if hosts failed now, where the cluster shall see to it; else 0. */
    int shortfalls() {
        return cluster.admission().mode() != AdmissionMode.ENFORCE
                ? 0
                : FailoverProof.of(supposed, loads, cluster, cluster.admission().hostFailures(), null)
                        .shortfalls()
                        .size();
    }
}
