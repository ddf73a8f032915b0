package io.kvorum.core.operations;

import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.List;
import java.util.Optional;

/** Changes what a VM should be. Hardware, disks and cards change only while it is off. */
final class ChangeVmProcedure implements Procedure<Request.ChangeVm> {

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
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        if (!request.spec().disks().equals(vm.spec().disks())) {
            return Verdict.conflict("The disks of VM " + vm.name() + " cannot be changed this way.");
        }
        boolean shapeChanges = !request.spec().hardware().equals(vm.spec().hardware())
                || !request.spec().nics().equals(vm.spec().nics())
                || !request.spec().name().equals(vm.spec().name())
                || !request.spec().clusterId().equals(vm.spec().clusterId());
        if (shapeChanges && (vm.state().active() || vm.status().memorySaved())) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "given another name, cluster or hardware", "down"));
        }
        work.turn().put(vm.withSpec(request.spec()));
        return new Verdict.Succeed("VM " + request.spec().name() + " was changed.");
    }
}
