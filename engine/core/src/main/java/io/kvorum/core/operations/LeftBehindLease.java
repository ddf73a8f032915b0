package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.HolderDetail;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Frees the lease of a VM that its host holds without running it. Where a guest ends while the storage fails, sanlock
 * cannot note that its lease is free, and gives up; as long as that host lives and renews its membership, every other one
 * is refused.
 *
 * <ol>
 *   <li>The holder is given {@link #PATIENCE}, since its sanlock may just be about to free the lease.
 *   <li>Then its agent is asked. Only the word that the VM does not run there counts.
 *   <li>The holder itself frees it: what it does there cannot overtake what its own sanlock still writes, and it cannot do
 *       it while its storage is away. A holder that is proven off is past both, and the host that shall start the VM frees it.
 * </ol>
 */
final class LeftBehindLease {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String WAIT = "wait for its lease to come free";
    private static final String ASK = "look whether the holder of its lease runs it";
    private static final String FREE = "free the lease that was left behind";

    private record Holder(StorageDomain domain, int leaseId, Host host) {}

    private LeftBehindLease() {}

    static boolean is(Step step) {
        return step.name().equals(WAIT)
                || step.name().equals(ASK)
                || step.name().equals(FREE);
    }

    /** Whether that step was the last one: the lease may be free now. */
    static boolean done(Step step) {
        return step.name().equals(FREE);
    }

    /** After a refusal; empty where it is not known who holds the lease, or where this was tried before in this operation. */
    static Optional<Verdict> begin(Work work, Vm vm) {
        boolean tried = work.operation().steps().stream().anyMatch(LeftBehindLease::is);
        return tried ? Optional.empty() : holder(work, vm).map(holder -> new Verdict.Pause(WAIT, PATIENCE));
    }

    /** After one of its steps; empty where the lease cannot be freed. */
    static Optional<Verdict> next(Work work, Vm vm, UUID starterId, Step ended) {
        Holder holder = holder(work, vm).orElse(null);
        if (holder == null) {
            return Optional.empty();
        }
        boolean off = holder.host().state() == HostState.DOWN;
        if (ended.name().equals(WAIT) && !off) {
            return Optional.of(command(work, ASK, holder.host().id(), new AgentCommand.QueryVm(vm.id())));
        }
        boolean absent =
                ended.name().equals(ASK) && ended.outcome() != null && VmFate.of(ended.outcome()) == VmFate.ABSENT;
        return off || absent
                ? Optional.of(command(
                        work,
                        FREE,
                        off ? starterId : holder.host().id(),
                        new AgentCommand.ReleaseLease(vm.id(), holder.domain(), holder.leaseId())))
                : Optional.empty();
    }

    private static Verdict command(Work work, String step, UUID hostId, AgentCommand command) {
        return new Verdict.Command(step, hostId, command, work.settings().commandLimit());
    }

    private static Optional<Holder> holder(Work work, Vm vm) {
        return work.operation().steps().reversed().stream()
                .flatMap(step -> step.outcome() instanceof Failed failed && failed.detail() instanceof HolderDetail held
                        ? Optional.of(held).stream()
                        : Optional.<HolderDetail>empty().stream())
                .findFirst()
                .flatMap(held -> work.inventory()
                        .storageDomain(vm.leaseDomainId())
                        .flatMap(domain -> domain.lockspace()
                                .withLeaseId(held.leaseId())
                                .flatMap(member -> work.inventory().host(member.hostId()))
                                .map(host -> new Holder(domain, held.leaseId(), host))));
    }
}
