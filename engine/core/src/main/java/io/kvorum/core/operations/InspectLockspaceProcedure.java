package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.MemberDetail;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Lockspace.Membership;
import io.kvorum.core.inventory.StorageDomain;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Asks one host what it sees of another one on the storage. Holds nothing: it only looks. */
final class InspectLockspaceProcedure implements Procedure<Request.InspectLockspace> {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Override
    public List<Lock> locks(Inventory inventory, Request.InspectLockspace request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.InspectLockspace request) {
        Optional<StorageDomain> domain = work.inventory().storageDomain(request.storageDomainId());
        Optional<Membership> member = domain.flatMap(d -> d.lockspace().of(request.hostId()));
        if (domain.isEmpty() || member.isEmpty()) {
            return Verdict.refuse(Problem.notFound("member of that lockspace", request.hostId()));
        }
        return new Verdict.Command(
                "ask " + work.hostName(request.throughHostId()),
                request.throughHostId(),
                new AgentCommand.InspectLockspace(domain.get(), member.get().leaseId()),
                LIMIT);
    }

    @Override
    public Verdict next(Work work, Request.InspectLockspace request, Step ended) {
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        String host = work.hostName(request.hostId());
        if (outcome instanceof CommandOutcome.Done(MemberDetail detail)) {
            return new Verdict.Succeed("Host " + host + " is " + VmRules.words(detail.state()) + " on the storage"
                    + (detail.freeIn().isPositive()
                            ? "; without a renewal its leases are free in "
                                    + detail.freeIn().toSeconds() + " s."
                            : "."));
        }
        return Verdict.failed("Host " + work.hostName(request.throughHostId()) + " did not say what it sees of host "
                + host + " on the storage: " + outcome.words());
    }
}
