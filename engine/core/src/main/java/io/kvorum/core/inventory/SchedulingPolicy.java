package io.kvorum.core.inventory;

import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Which units decide where VMs go, put together by an operator; clusters choose it instead of a built-in policy. Filters that
 * say what is possible at all always count.
 *
 * @param filters the names of optional filters that count
 * @param weights the names of weights and how much each counts
 * @param parameters values of the units' parameters that differ from their defaults
 */
public record SchedulingPolicy(
        UUID id,
        String name,
        String description,
        Set<String> filters,
        Map<String, Double> weights,
        Map<String, Double> parameters,
        Meta meta)
        implements ConfigObject {

    public SchedulingPolicy {
        filters = Set.copyOf(filters);
        weights = Map.copyOf(weights);
        parameters = Map.copyOf(parameters);
    }

    @Override
    public Kind kind() {
        return Kind.SCHEDULING_POLICY;
    }

    @Override
    public SchedulingPolicy withMeta(Meta newMeta) {
        return new SchedulingPolicy(id, name, description, filters, weights, parameters, newMeta);
    }
}
