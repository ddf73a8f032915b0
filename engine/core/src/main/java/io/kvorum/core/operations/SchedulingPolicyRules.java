package io.kvorum.core.operations;

import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.scheduling.SchedulingUnits;
import io.kvorum.core.scheduling.SchedulingUnits.Parameter;
import io.kvorum.core.scheduling.SchedulingUnits.Type;
import io.kvorum.core.scheduling.SchedulingUnits.Unit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What scheduling policies of operators may look like. */
final class SchedulingPolicyRules {

    private SchedulingPolicyRules() {}

    static void check(SchedulingPolicy policy, List<FieldProblem> problems) {
        VmRules.checkDescription(policy.description(), problems);
        List<Unit> units = SchedulingUnits.all();
        for (String name : policy.filters()) {
            Optional<Unit> unit = find(units, Type.FILTER, name);
            if (unit.isEmpty()) {
                problems.add(VmRules.field("filters", name, unknown(units, Type.FILTER)));
            } else if (!unit.get().optional()) {
                problems.add(VmRules.field("filters", name, "It always counts and cannot be named."));
            }
        }
        if (policy.weights().isEmpty()) {
            problems.add(VmRules.field("weights", "{}", "A policy needs a weight."));
        }
        policy.weights().forEach((name, factor) -> {
            if (find(units, Type.WEIGHT, name).isEmpty()) {
                problems.add(VmRules.field("weights", name, unknown(units, Type.WEIGHT)));
            } else if (!(factor > 0 && factor <= SchedulingUnits.MAX_FACTOR)) {
                problems.add(VmRules.field(
                        "weights." + name, factor, "Must be more than 0, up to " + SchedulingUnits.MAX_FACTOR + "."));
            }
        });
        policy.parameters().forEach((name, value) -> checkParameter(policy, name, value, problems));
    }

    private static void checkParameter(
            SchedulingPolicy policy, String name, double value, List<FieldProblem> problems) {
        Optional<Parameter> parameter = Stream.concat(policy.filters().stream(), policy.weights().keySet().stream())
                .flatMap(unit -> SchedulingUnits.parametersOf(unit).stream())
                .filter(known -> known.name().equals(name))
                .findFirst();
        if (parameter.isEmpty()) {
            problems.add(VmRules.field("parameters", name, "No unit of this policy has such a parameter."));
        } else if (!(value >= parameter.get().least()
                && value <= parameter.get().most())) {
            problems.add(VmRules.field(
                    "parameters." + name,
                    value,
                    "Must be from " + parameter.get().least() + " to "
                            + parameter.get().most() + "."));
        }
    }

    private static Optional<Unit> find(List<Unit> units, Type type, String name) {
        return units.stream()
                .filter(unit -> unit.type() == type && unit.name().equals(name))
                .findFirst();
    }

    private static String unknown(List<Unit> units, Type type) {
        return "There is no such unit. There are: "
                + String.join(
                        ", ",
                        units.stream()
                                .filter(unit -> unit.type() == type && unit.optional())
                                .map(Unit::name)
                                .toList())
                + ".";
    }
}
