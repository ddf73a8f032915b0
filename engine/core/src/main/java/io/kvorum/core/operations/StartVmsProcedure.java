package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Starts VMs of one cluster that were asked for together, all placed in one turn. Those that run already are left alone. */
final class StartVmsProcedure implements Procedure<Request.StartVms> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.StartVms request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.StartVms request) {
        Optional<Cluster> cluster = work.inventory().cluster(request.clusterId());
        if (cluster.isEmpty()) {
            return Verdict.refuse(Problem.notFound("cluster", request.clusterId()));
        }
        if (request.vmIds().isEmpty()) {
            return Verdict.refuse(Problem.invalid("vmIds", "[]", "Must have at least one."));
        }
        List<Vm> vms = new ArrayList<>();
        for (UUID id : request.vmIds()) {
            Optional<Vm> vm = work.inventory().vm(id);
            if (vm.isEmpty()) {
                return Verdict.refuse(Problem.notFound("VM", id));
            }
            if (!vm.get().spec().clusterId().equals(request.clusterId())) {
                return Verdict.refuse(Problem.conflict(
                        "VM " + vm.get().name() + " is not in cluster "
                                + cluster.get().name() + ". Start VMs of different clusters with a request for each.",
                        vm.get().subject()));
            }
            if (!vm.get().state().active()) {
                vms.add(vm.get());
            }
        }
        return Together.refusal(work, cluster.get(), vms, request.allOrNothing())
                .orElseGet(() -> vms.isEmpty() ? Together.outcome(work, request.vmIds()) : Together.start(vms));
    }

    @Override
    public Verdict reconsider(Work work, Request.StartVms request) {
        return Together.waits(work, request.vmIds().size())
                ? new Verdict.Wait()
                : Together.outcome(work, request.vmIds());
    }

    @Override
    public boolean cancellable(Step running) {
        return true;
    }
}
