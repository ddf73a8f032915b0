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
import io.kvorum.core.scheduling.RoomSearch;
import io.kvorum.core.scheduling.Scheduler;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** What would become of a VM that does not exist yet, or why there can be no such VM. */
public sealed interface PlacementDryRun<A> {

    record Answered<A>(A answer) implements PlacementDryRun<A> {}

    record Refused<A>(Problem problem) implements PlacementDryRun<A> {}

    /** Where it would go. */
    static PlacementDryRun<Explanation> placement(Inventory inventory, Scheduler scheduler, UUID vmId, VmSpec spec) {
        return ask(inventory, vmId, spec, scheduler::explain);
    }

    /** How many like it, without disks and network cards, there is room for. */
    static PlacementDryRun<RoomSearch> room(Inventory inventory, Scheduler scheduler, UUID vmId, VmSpec spec) {
        return ask(inventory, vmId, spec, scheduler::room);
    }

    /** Holds the specification to the rules of new VMs, but for its name; changes nothing. */
    private static <A> PlacementDryRun<A> ask(
            Inventory inventory, UUID vmId, VmSpec spec, Function<PlacementRequest, A> question) {
        List<FieldProblem> problems = VmRules.check(inventory, vmId, spec).stream()
                .filter(problem -> !problem.field().equals("name"))
                .toList();
        if (!problems.isEmpty()) {
            return new Refused<>(Problem.invalid(problems));
        }
        Vm vm = new Vm(vmId, spec, VmStatus.in(VmState.DOWN), Meta.NONE);
        return new Answered<>(question.apply(
                new PlacementRequest(vm, inventory.cluster(spec.clusterId()).orElseThrow(), null, Set.of())));
    }
}
