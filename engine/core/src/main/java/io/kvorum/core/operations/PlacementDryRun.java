package io.kvorum.core.operations;

import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Where a VM that does not exist yet would go, or why there can be no such VM. */
public sealed interface PlacementDryRun {

    record Answered(Explanation explanation) implements PlacementDryRun {}

    record Refused(Problem problem) implements PlacementDryRun {}

    /** Holds the specification to the rules of new VMs, but for its name; changes nothing. */
    static PlacementDryRun of(Inventory inventory, Scheduler scheduler, UUID vmId, VmSpec spec) {
        List<FieldProblem> problems = VmRules.check(inventory, vmId, spec).stream()
                .filter(problem -> !problem.field().equals("name"))
                .toList();
        if (!problems.isEmpty()) {
            return new Refused(Problem.invalid(problems));
        }
        Vm vm = new Vm(vmId, spec, VmStatus.in(VmState.DOWN), Meta.NONE);
        return new Answered(scheduler.explain(
                new PlacementRequest(vm, inventory.cluster(spec.clusterId()).orElseThrow(), null, Set.of())));
    }
}
