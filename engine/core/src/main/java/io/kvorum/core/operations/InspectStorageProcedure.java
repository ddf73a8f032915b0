package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.StorageDetail;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Has a host prove that a storage domain can be written to, and tell how much is left. */
final class InspectStorageProcedure implements Procedure<Request.InspectStorage> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.InspectStorage request) {
        return List.of(new Lock(Kind.STORAGE_DOMAIN, request.storageDomainId()));
    }

    @Override
    public Verdict begin(Work work, Request.InspectStorage request) {
        Optional<StorageDomain> domain = work.inventory().storageDomain(request.storageDomainId());
        if (domain.isEmpty()) {
            return Verdict.refuse(Problem.notFound("storage domain", request.storageDomainId()));
        }
        Optional<Host> host = work.hostFor(domain.get());
        return host.<Verdict>map(chosen -> new Verdict.Command(
                        "inspect",
                        chosen.id(),
                        new AgentCommand.InspectStorage(domain.get()),
                        work.settings().commandLimit()))
                .orElseGet(() -> Verdict.refuse(DiskCommands.noHost(domain.get())));
    }

    @Override
    public Verdict next(Work work, Request.InspectStorage request, Step ended) {
        StorageDomain domain =
                work.inventory().storageDomain(request.storageDomainId()).orElseThrow();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (outcome instanceof CommandOutcome.Done(StorageDetail detail)) {
            if (domain.state() != StorageState.ACTIVE) {
                work.log(
                        Severity.INFO,
                        "storage.active",
                        "Storage domain " + domain.name() + " is active.",
                        domain.subject());
            }
            work.turn()
                    .put(domain.inspected(StorageState.ACTIVE, null, detail.capacityBytes(), detail.availableBytes()));
            return new Verdict.Succeed("Storage domain " + domain.name() + " is active.");
        }
        String why = work.hostName(ended.hostId()) + " could not use it: " + outcome.words();
        boolean saysSo = outcome instanceof CommandOutcome.Failed failed
                && failed.reason().definite();
        if (!saysSo) {
            // That host was in trouble, which tells nothing of the storage.
            return Verdict.failed(why);
        }
        work.turn().put(domain.inspected(StorageState.INACTIVE, why, domain.capacityBytes(), domain.availableBytes()));
        work.log(
                Severity.ERROR,
                "storage.inactive",
                "Storage domain " + domain.name() + " is inactive: " + why,
                domain.subject());
        return Verdict.failed(why);
    }
}
