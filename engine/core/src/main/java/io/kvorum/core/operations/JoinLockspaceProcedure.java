package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Gives a host an id in a domain's lockspace, stored before anybody uses it, and has it join. */
final class JoinLockspaceProcedure implements Procedure<Request.JoinLockspace> {

    /** A host that lost its memory of having been a member waits until its own old leases expired. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @Override
    public List<Lock> locks(Inventory inventory, Request.JoinLockspace request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.JoinLockspace request) {
        Optional<StorageDomain> domain = work.inventory().storageDomain(request.storageDomainId());
        Optional<Host> host = work.inventory().host(request.hostId());
        if (domain.isEmpty() || host.isEmpty()) {
            return Verdict.refuse(Problem.notFound("storage domain or host", request.storageDomainId()));
        }
        if (domain.get().storage() != StorageKind.SHARED_FOLDER) {
            return Verdict.conflict("Storage domain " + domain.get().name()
                    + " is a local folder; leases need storage that several hosts share.");
        }
        Optional<Lockspace> admitted = domain.get().lockspace().admit(request.hostId());
        if (admitted.isEmpty()) {
            return Verdict.conflict("All " + Lockspace.MAX_ID + " ids of the lockspace of storage domain "
                    + domain.get().name() + " are taken.");
        }
        StorageDomain known = domain.get();
        if (!admitted.get().equals(known.lockspace())) {
            known = known.with(admitted.get());
            work.turn().put(known);
        }
        int leaseId = known.lockspace().of(request.hostId()).orElseThrow().leaseId();
        return new Verdict.Command(
                "join as " + leaseId, request.hostId(), new AgentCommand.JoinLockspace(known, leaseId), LIMIT);
    }

    @Override
    public Verdict next(Work work, Request.JoinLockspace request, Step ended) {
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        Optional<StorageDomain> domain = work.inventory().storageDomain(request.storageDomainId());
        Optional<Host> host = work.inventory().host(request.hostId());
        String name = work.hostName(request.hostId());
        if (!outcome.succeeded() || domain.isEmpty() || host.isEmpty()) {
            return Verdict.failed("Host " + name + " did not join: " + outcome.words());
        }
        work.turn()
                .put(domain.get()
                        .with(domain.get()
                                .lockspace()
                                .joinedSince(
                                        request.hostId(), host.get().status().bootId())));
        return new Verdict.Succeed("Host " + name + " can hold leases on storage domain "
                + domain.get().name() + ".");
    }
}
