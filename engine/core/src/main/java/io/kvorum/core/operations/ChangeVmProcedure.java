package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.QuotaUse;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Changes what a VM should be. Hardware, disks, cards and lease change only while it is off; but a VM may grow while it runs. */
final class ChangeVmProcedure implements Procedure<Request.ChangeVm> {

    private static final String MAKE = "make its lease";
    private static final String REMOVE = "delete its old lease";

    @Override
    public List<Lock> locks(Inventory inventory, Request.ChangeVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.ChangeVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        Optional<Problem> stale = Revisions.stale(vm, request.expectedRevision());
        if (stale.isPresent()) {
            return Verdict.refuse(stale.get());
        }
        List<FieldProblem> problems = VmRules.check(work.inventory(), vm.id(), request.spec());
        UUID targetClusterId = vm.status().targetClusterId();
        if (problems.isEmpty() && targetClusterId != null) {
            // It is not settled in which of the two it runs: its specification must be good in both.
            problems = VmRules.check(work.inventory(), vm.id(), request.spec().in(targetClusterId));
        }
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        if (!request.spec().disks().equals(vm.spec().disks())) {
            return Verdict.conflict("The disks of VM " + vm.name() + " cannot be changed this way.");
        }
        boolean resized = vm.state().active()
                && GrowthRules.differInSize(vm.spec().hardware(), request.spec().hardware());
        if (shapeChanges(vm.spec(), request.spec(), resized)
                && (vm.state().active() || vm.status().memorySaved())) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "given another name, cluster or hardware", "down"));
        }
        Optional<Problem> bound = inOtherCluster(work.inventory(), vm, request.spec());
        if (bound.isPresent()) {
            return Verdict.refuse(bound.get());
        }
        if (QuotaUse.counts(vm)
                && !Objects.equals(request.spec().quotaId(), vm.spec().quotaId())) {
            Optional<Problem> quota = QuotaRules.objectionToMove(work.inventory(), vm.withSpec(request.spec()));
            if (quota.isPresent()) {
                return Verdict.refuse(quota.get());
            }
        }
        UUID oldLease = vm.leaseDomainId();
        UUID newLease = request.spec().highAvailability().leaseStorageDomainId();
        if (Objects.equals(oldLease, newLease)) {
            return resized ? VmGrowth.begin(work, vm, request.spec()) : changed(work, request, vm);
        }
        if (vm.state().active() || vm.status().memorySaved()) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "given another lease", "down"));
        }
        return newLease == null ? changedThenRemove(work, request, vm, oldLease) : make(work, vm, newLease);
    }

    private static boolean shapeChanges(VmSpec before, VmSpec after, boolean onlyResized) {
        return !onlyResized && !after.hardware().equals(before.hardware())
                || !after.nics().equals(before.nics())
                || !after.name().equals(before.name())
                || !after.clusterId().equals(before.clusterId())
                || givesOtherType(before, after);
    }

    /** To let go of a type alone changes nothing of what runs. */
    private static boolean givesOtherType(VmSpec before, VmSpec wanted) {
        return wanted.instanceTypeId() != null && !wanted.instanceTypeId().equals(before.instanceTypeId());
    }

    private static Optional<Problem> inOtherCluster(Inventory inventory, Vm vm, VmSpec wanted) {
        UUID before = vm.spec().clusterId();
        return wanted.clusterId().equals(before)
                ? Optional.empty()
                : ClusterChange.toBelong(inventory, vm.withSpec(wanted.in(before)), wanted.clusterId());
    }

    /** The new lease comes first: a VM never counts as having one that is not there. */
    private static Verdict make(Work work, Vm vm, UUID domainId) {
        StorageDomain domain = work.inventory().storageDomain(domainId).orElseThrow();
        return LeaseCommands.ask(work, MAKE, domain, new AgentCommand.CreateLease(vm.id(), domain))
                .orElseGet(() -> Verdict.refuse(LeaseCommands.noHost(domain)));
    }

    @Override
    public Verdict next(Work work, Request.ChangeVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        if (VmGrowth.is(ended)) {
            return VmGrowth.next(work, vm, request.spec().hardware(), ended);
        }
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (ended.name().equals(REMOVE)) {
            // A lease that nobody asks for any more is a file of one MiB, no more.
            return new Verdict.Succeed("VM " + vm.name() + " was changed."
                    + (outcome.succeeded() ? "" : " Its old lease was not deleted: " + outcome.words()));
        }
        if (!outcome.succeeded()) {
            return Verdict.failed("VM " + vm.name() + " was not changed: " + outcome.words());
        }
        return changedThenRemove(work, request, vm, vm.leaseDomainId());
    }

    private static Verdict changedThenRemove(Work work, Request.ChangeVm request, Vm vm, @Nullable UUID oldDomainId) {
        Verdict changed = changed(work, request, vm);
        return work.inventory()
                .storageDomain(oldDomainId)
                .flatMap(domain ->
                        LeaseCommands.ask(work, REMOVE, domain, new AgentCommand.DeleteLease(vm.id(), domain)))
                .orElse(changed);
    }

    private static Verdict changed(Work work, Request.ChangeVm request, Vm vm) {
        Vm changed = vm.withSpec(request.spec());
        boolean otherLease = !Objects.equals(vm.leaseDomainId(), changed.leaseDomainId());
        work.turn().put(otherLease ? changed.withStatus(vm.status().leaseLeftBy(null)) : changed);
        return new Verdict.Succeed("VM " + request.spec().name() + " was changed.");
    }
}
