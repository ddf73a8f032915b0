package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.operations.Request.CreateVm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Makes VMs of one cluster that were asked for together, and then starts those that shall run, all placed in one turn. If
 * one of them is described wrongly none is made.
 */
final class CreateVmsProcedure implements Procedure<Request.CreateVms> {

    private static final String MAKE = "make them";

    @Override
    public List<Lock> locks(Inventory inventory, Request.CreateVms request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.CreateVms request) {
        Optional<Cluster> cluster = work.inventory().cluster(request.clusterId());
        if (cluster.isEmpty()) {
            return Verdict.refuse(Problem.notFound("cluster", request.clusterId()));
        }
        List<FieldProblem> problems = check(work.inventory(), request);
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        List<Vm> started = request.vms().stream()
                .filter(CreateVm::start)
                .map(vm -> new Vm(vm.vmId(), vm.spec(), VmStatus.in(VmState.DOWN), Meta.NONE))
                .toList();
        List<Request> makings = request.vms().stream()
                .<Request>map(vm -> new CreateVm(vm.vmId(), vm.spec(), vm.fullCopy(), false))
                .toList();
        return Together.refusal(work, cluster.get(), started, request.allOrNothing())
                .orElseGet(() -> new Verdict.Batch(MAKE, makings));
    }

    private static List<FieldProblem> check(Inventory inventory, Request.CreateVms request) {
        List<FieldProblem> problems = new ArrayList<>();
        if (request.vms().isEmpty()) {
            problems.add(VmRules.field("vms", "[]", "Must have at least one."));
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < request.vms().size(); i++) {
            CreateVm vm = request.vms().get(i);
            String path = "vms[" + i + "].";
            List<FieldProblem> own = CreateVmProcedure.check(inventory, vm);
            if (!vm.spec().clusterId().equals(request.clusterId())) {
                own.add(VmRules.field("clusterId", vm.spec().clusterId(), "All of a batch must be in one cluster."));
            }
            if (!names.add(vm.spec().name().toLowerCase(Locale.ROOT))) {
                own.add(VmRules.field("name", vm.spec().name(), "It is in the batch twice."));
            }
            own.forEach(problem ->
                    problems.add(new FieldProblem(path + problem.field(), problem.value(), problem.message())));
        }
        return problems;
    }

    @Override
    public Verdict reconsider(Work work, Request.CreateVms request) {
        if (Together.waits(work, request.vms().size())) {
            return new Verdict.Wait();
        }
        List<Vm> made = new ArrayList<>();
        List<Vm> toStart = new ArrayList<>();
        List<UUID> shallRun = new ArrayList<>();
        for (CreateVm wanted : request.vms()) {
            Optional<Vm> vm = work.inventory().vm(wanted.vmId());
            vm.ifPresent(made::add);
            if (wanted.start()) {
                vm.ifPresent(toStart::add);
            }
            if (wanted.start() || vm.isEmpty()) {
                shallRun.add(wanted.vmId());
            }
        }
        if (Together.starting(work)) {
            return Together.outcome(work, shallRun);
        }
        if (!toStart.isEmpty() && !work.operation().cancelRequested()) {
            return Together.start(toStart);
        }
        int all = request.vms().size();
        String count = made.size() + " of " + all + " VMs were made";
        if (work.operation().cancelRequested()) {
            return new Verdict.Cancelled(count + "; none was started.");
        }
        return made.size() == all
                ? new Verdict.Succeed(all + (all == 1 ? " VM was made." : " VMs were made."))
                : Verdict.failed(count + ". " + Together.WHERE_TOLD);
    }

    @Override
    public boolean cancellable(Step running) {
        return true;
    }
}
