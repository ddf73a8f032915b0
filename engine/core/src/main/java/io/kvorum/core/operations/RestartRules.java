package io.kvorum.core.operations;

import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** After which other VMs a VM may be restarted. */
final class RestartRules {

    private static final String FIELD = "highAvailability.restartAfter";
    private static final int MAX_RESTART_AFTER = 16;
    private static final long MAX_LIMIT_SECONDS = 24 * 3600;

    private RestartRules() {}

    static void check(Inventory inventory, UUID vmId, VmSpec spec, List<FieldProblem> problems) {
        HighAvailability rules = spec.highAvailability();
        VmRules.checkRange(
                "highAvailability.restartAfterLimitSeconds",
                rules.restartAfterLimit().toSeconds(),
                0,
                MAX_LIMIT_SECONDS,
                problems);
        List<UUID> after = rules.restartAfter();
        if (after.size() > MAX_RESTART_AFTER) {
            problems.add(VmRules.field(FIELD, after.size(), "At most " + MAX_RESTART_AFTER + " VMs."));
            return;
        }
        int before = problems.size();
        Set<UUID> seen = new HashSet<>();
        for (int i = 0; i < after.size(); i++) {
            String path = FIELD + "[" + i + "]";
            UUID id = after.get(i);
            Optional<Vm> other = inventory.vm(id);
            if (!seen.add(id)) {
                problems.add(VmRules.field(path, id, "It is named twice."));
            } else if (id.equals(vmId)) {
                problems.add(VmRules.field(path, id, "A VM cannot wait for itself."));
            } else if (other.isEmpty()) {
                problems.add(VmRules.field(path, id, "There is no such VM."));
            } else if (!other.get().spec().clusterId().equals(spec.clusterId())) {
                problems.add(VmRules.field(path, other.get().name(), "It belongs to another cluster."));
            } else if (other.get().status().targetClusterId() != null) {
                problems.add(VmRules.field(path, other.get().name(), "It is on its way to another cluster."));
            }
        }
        if (problems.size() == before) {
            circle(inventory, vmId, spec)
                    .ifPresent(names -> problems.add(VmRules.field(
                            FIELD,
                            String.join(", ", names),
                            "They would wait for each other in a circle: " + String.join(" after ", names) + ".")));
        }
    }

    /** The names along the shortest circle through the VM, itself first and last; empty if there is none. */
    private static Optional<List<String>> circle(Inventory inventory, UUID vmId, VmSpec spec) {
        Map<UUID, UUID> cameFrom = new HashMap<>();
        Deque<UUID> open = new ArrayDeque<>();
        for (UUID first : spec.highAvailability().restartAfter()) {
            cameFrom.put(first, vmId);
            open.add(first);
        }
        while (!open.isEmpty()) {
            UUID at = open.remove();
            List<UUID> next = inventory
                    .vm(at)
                    .map(vm -> vm.spec().highAvailability().restartAfter())
                    .orElse(List.of());
            for (UUID id : next) {
                if (id.equals(vmId)) {
                    return Optional.of(names(inventory, vmId, spec.name(), cameFrom, at));
                }
                if (cameFrom.putIfAbsent(id, at) == null) {
                    open.add(id);
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> names(
            Inventory inventory, UUID vmId, String name, Map<UUID, UUID> cameFrom, UUID last) {
        List<String> names = new ArrayList<>(List.of(name));
        for (UUID at = last; at != null && !at.equals(vmId); at = cameFrom.get(at)) {
            names.add(1, inventory.vm(at).map(Vm::name).orElse("?"));
        }
        names.add(name);
        return names;
    }
}
