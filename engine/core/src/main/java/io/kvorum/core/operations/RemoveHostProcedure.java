package io.kvorum.core.operations;

import io.kvorum.core.controller.Effect;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.StorageDomain;
import java.util.List;
import java.util.Optional;

/** Forgets a host that nothing can be running on. */
final class RemoveHostProcedure implements Procedure<Request.RemoveHost> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.RemoveHost request) {
        return List.of(new Lock(Kind.HOST, request.hostId()));
    }

    @Override
    public Verdict begin(Work work, Request.RemoveHost request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        boolean idle = switch (host.state()) {
            case MAINTENANCE, DOWN, CONNECTING -> true;
            case UP, NON_OPERATIONAL, NON_RESPONSIVE, FENCING, PREPARING_FOR_MAINTENANCE -> false;
        };
        if (!idle || !work.inventory().vmsOn(host.id()).isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " is " + VmRules.words(host.state()) + " and "
                            + work.inventory().vmsOn(host.id()).size()
                            + " VMs are bound to it; put it into maintenance first.",
                    host.subject()));
        }
        Optional<StorageDomain> local = work.inventory().storageDomains().stream()
                .filter(domain -> host.id().equals(domain.hostId()))
                .findFirst();
        if (local.isPresent()) {
            return Verdict.refuse(Problem.conflict(
                    "Storage domain " + local.get().name() + " is a folder of host " + host.name()
                            + "; remove that first.",
                    local.get().subject()));
        }
        for (StorageDomain domain : List.copyOf(work.inventory().storageDomains())) {
            if (domain.lockspace().of(host.id()).isPresent()) {
                work.turn().put(domain.with(domain.lockspace().without(host.id())));
            }
        }
        AffinityRules.forgetHost(work, host.id());
        work.turn().remove(Kind.HOST, host.id());
        work.emit(new Effect.Disconnect(host.id()));
        return new Verdict.Succeed("Host " + host.name() + " was removed.");
    }
}
