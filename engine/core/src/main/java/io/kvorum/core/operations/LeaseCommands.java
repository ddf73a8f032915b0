package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Lockspace.Membership;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Commands and problems that several procedures have of leases. */
final class LeaseCommands {

    static final String FIELD = "highAvailability.leaseStorageDomainId";

    private LeaseCommands() {}

    /** A lease lies where hosts that could run the VM reach it. */
    static void check(Inventory inventory, VmSpec spec, UUID dataCenterId, List<FieldProblem> problems) {
        UUID id = spec.highAvailability().leaseStorageDomainId();
        if (id == null) {
            return;
        }
        Optional<StorageDomain> domain = inventory.storageDomain(id);
        if (domain.isEmpty()) {
            problems.add(VmRules.field(FIELD, id, "There is no such storage domain."));
        } else if (!domain.get().dataCenterId().equals(dataCenterId)) {
            problems.add(VmRules.field(
                    FIELD, domain.get().name(), "It belongs to another data center than the VM's cluster."));
        } else if (domain.get().storage() != StorageKind.SHARED_FOLDER) {
            problems.add(VmRules.field(
                    FIELD,
                    domain.get().name(),
                    "It is a local folder; a lease needs storage that several hosts share."));
        }
    }

    /** A host that can write leases there now, the one with the first name. */
    static Optional<Host> host(Work work, StorageDomain domain) {
        return work.inventory().hosts().stream()
                .filter(host ->
                        host.state() == HostState.UP && domain.lockspace().joined(host))
                .min(Comparator.comparing(Host::name));
    }

    static Problem noHost(StorageDomain domain) {
        return Problem.conflict(
                "No host that is up keeps leases on storage domain " + domain.name()
                        + ". sanlock and libvirt's lock manager must be set up on the hosts, and the hosts must have joined"
                        + " its lockspace, which takes half a minute; see the events.",
                domain.subject());
    }

    /** Has somebody make or delete the VM's lease there; empty where nobody can. */
    static Optional<Verdict> ask(Work work, String step, StorageDomain domain, AgentCommand command) {
        return host(work, domain)
                .map(host -> new Verdict.Command(
                        step, host.id(), command, work.settings().commandLimit()));
    }

    /** Frees the lease that a dead host left behind; empty where none is, or where its id is not known any more. */
    static Optional<AgentCommand> release(Work work, Vm vm) {
        UUID dead = vm.status().leaseLeftBy();
        @Nullable UUID domainId = vm.leaseDomainId();
        if (dead == null || domainId == null) {
            return Optional.empty();
        }
        return work.inventory()
                .storageDomain(domainId)
                .flatMap(domain -> domain.lockspace()
                        .of(dead)
                        .map(Membership::leaseId)
                        .map(leaseId -> new AgentCommand.ReleaseLease(vm.id(), domain, leaseId)));
    }
}
