package io.kvorum.core.balancing;

/**
 * One step of a plan, with what it does to both hosts if the steps before it have been made. Hosts and VMs are known by their
 * place in the {@link LoadModel}.
 */
public record PlannedMove(
        int vm,
        int from,
        int to,
        Shares fromBefore,
        Shares fromAfter,
        Shares toBefore,
        Shares toAfter,
        MigrationCost cost) {}
