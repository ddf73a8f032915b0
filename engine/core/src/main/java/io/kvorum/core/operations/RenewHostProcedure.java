package io.kvorum.core.operations;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Inventory;
import java.util.List;
import java.util.Optional;

/** Notes that a host has a newer certificate. */
final class RenewHostProcedure implements Procedure<Request.RenewHost> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.RenewHost request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.RenewHost request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        HostStatus status = host.status();
        work.turn()
                .put(host.withStatus(new HostStatus(
                        status.state(),
                        status.reason(),
                        status.bootId(),
                        request.certificateExpiresAt(),
                        status.sleep())));
        return new Verdict.Succeed(
                "Host " + host.name() + " has a certificate until " + request.certificateExpiresAt() + ".");
    }
}
