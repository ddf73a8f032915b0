package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Lockspace.Membership;
import io.kvorum.core.inventory.StorageDomain;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Has a host that runs nothing leave a lockspace, so that nobody waits for its renewals. It keeps its id. */
final class LeaveLockspaceProcedure implements Procedure<Request.LeaveLockspace> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.LeaveLockspace request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.LeaveLockspace request) {
        Optional<StorageDomain> domain = work.inventory().storageDomain(request.storageDomainId());
        Optional<Membership> member = domain.flatMap(d -> d.lockspace().of(request.hostId()));
        if (domain.isEmpty() || member.isEmpty()) {
            return Verdict.refuse(Problem.notFound("member of that lockspace", request.hostId()));
        }
        return new Verdict.Command(
                "leave",
                request.hostId(),
                new AgentCommand.LeaveLockspace(domain.get(), member.get().leaseId()),
                work.settings().commandLimit());
    }

    @Override
    public Verdict next(Work work, Request.LeaveLockspace request, Step ended) {
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        String name = work.hostName(request.hostId());
        if (!outcome.succeeded()) {
            return Verdict.failed("Host " + name + " did not leave: " + outcome.words());
        }
        work.inventory()
                .storageDomain(request.storageDomainId())
                .ifPresent(domain ->
                        work.turn().put(domain.with(domain.lockspace().joinedSince(request.hostId(), null))));
        return new Verdict.Succeed("Host " + name + " left.");
    }
}
