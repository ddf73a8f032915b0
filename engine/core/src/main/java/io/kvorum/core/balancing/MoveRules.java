package io.kvorum.core.balancing;

/** What a plan must keep to beside CPU and memory: storage and networks in reach, affinity, CPUs that fit. */
@FunctionalInterface
public interface MoveRules {

    MoveRules NONE = (model, vm, host) -> true;

    /** Whether the VM may be on that host, as the model stands in the plan. */
    boolean allows(LoadModel model, int vm, int host);
}
