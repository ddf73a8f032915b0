package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.MigrationPolicy;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.List;

/** What a migration policy may ask for, of what QEMU can combine, and which one counts. */
final class MigrationRules {

    static final int MAX_BANDWIDTH_MIB = 1 << 20;
    static final int MAX_CONNECTIONS = 16;

    private MigrationRules() {}

    static void check(MigrationPolicy policy, List<FieldProblem> problems) {
        VmRules.checkRange(
                "migrationPolicy.bandwidthMibPerSecond",
                policy.bandwidthMibPerSecond(),
                0,
                MAX_BANDWIDTH_MIB,
                problems);
        VmRules.checkRange(
                "migrationPolicy.parallelConnections", policy.parallelConnections(), 0, MAX_CONNECTIONS, problems);
        if (policy.connections() > 1 && policy.strategy().postCopy()) {
            problems.add(VmRules.field(
                    "migrationPolicy.parallelConnections",
                    policy.parallelConnections(),
                    "QEMU cannot copy over several connections with post_copy; give 0 or 1, or another strategy."));
        }
        if (policy.connections() > 1 && policy.compressed()) {
            problems.add(VmRules.field(
                    "migrationPolicy.compressed",
                    true,
                    "QEMU cannot compress what it copies over " + policy.connections()
                            + " connections; give false, or 1 connection."));
        }
    }

    /** How the VM travels: as it says itself, else as its cluster says. */
    static MigrationPolicy of(Inventory inventory, Vm vm) {
        MigrationPolicy own = vm.spec().migrationPolicy();
        return own != null
                ? own
                : inventory
                        .cluster(vm.spec().clusterId())
                        .map(Cluster::migration)
                        .orElse(MigrationPolicy.DEFAULT);
    }
}
