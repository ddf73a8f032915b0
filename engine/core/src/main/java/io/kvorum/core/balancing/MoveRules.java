package io.kvorum.core.balancing;

/** What a plan must keep to beside CPU and memory: storage and networks in reach, affinity, CPUs that fit. */
@FunctionalInterface
public interface MoveRules {

    MoveRules NONE = (model, vm, host) -> true;

    /** Whether the VM may be on that host, as the model stands in the plan. */
    boolean allows(LoadModel model, int vm, int host);

    /** The plan holds that move now, or takes it back: what is asked from now on is asked as if the VM were there. */
    default void moved(int vm, int host) {}
}
