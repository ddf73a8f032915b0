package io.kvorum.core.operations;

import static io.kvorum.core.operations.CrossClusters.OTHER;
import static io.kvorum.core.operations.CrossClusters.TO_OTHER;
import static io.kvorum.core.operations.CrossClusters.VM;
import static io.kvorum.core.operations.CrossClusters.begun;
import static io.kvorum.core.operations.CrossClusters.belongsTo;
import static io.kvorum.core.operations.CrossClusters.cluster;
import static io.kvorum.core.operations.CrossClusters.clusterOf;
import static io.kvorum.core.operations.CrossClusters.doubtful;
import static io.kvorum.core.operations.CrossClusters.end;
import static io.kvorum.core.operations.CrossClusters.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What becomes of a VM on its way to another cluster. */
@NullUnmarked
class CrossClusterMigrationTest {

    @Test
    void belongsToTheNewClusterFromItsArrivalOn() {
        TestCluster cluster = running();
        UUID id = begun(cluster);
        assertEquals(Things.CLUSTER, clusterOf(cluster, "v"));
        assertEquals(OTHER, cluster.vm("v").status().targetClusterId());

        Operation end = end(cluster, id);

        assertEquals(OperationState.SUCCEEDED, end.state(), end.toString());
        assertTrue(end.summary().contains("moved from h1 to o1 of cluster other in"), end.summary());
        assertEquals(List.of("o1"), cluster.whereRuns("v"));
        belongsTo(cluster, OTHER);
        assertTrue(cluster.codes().contains("vm.cluster_changed"));
        cluster.assertAtRest();
        // From there it moves as any VM of its new cluster, and comes back.
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(VM, Things.id("o2"))).state());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(VM, Things.id("h2"), Things.CLUSTER))
                        .state());
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void itsOwnClusterIsNoOther() {
        TestCluster cluster = running();

        Operation end = cluster.run(new Request.MigrateVm(VM, Things.id("h2"), Things.CLUSTER));

        assertEquals(OperationState.SUCCEEDED, end.state(), end.toString());
        assertFalse(cluster.codes().contains("vm.cluster_changed"));
    }

    @Test
    void staysInItsClusterIfItStays() {
        for (Habit habit : List.of(Habit.FAIL, Habit.INTERRUPT)) {
            TestCluster cluster = running();
            cluster.host("h1").habit(AgentCommand.MigrateVm.class, habit);

            assertEquals(OperationState.FAILED, cluster.run(TO_OTHER).state());

            assertEquals(Things.id("h1"), cluster.vm("v").hostId());
            belongsTo(cluster, Things.CLUSTER);
        }
    }

    @Test
    void staysInItsClusterIfItIsCalledOff() {
        TestCluster cluster = running();
        UUID id = begun(cluster);

        cluster.cancel(id);

        assertEquals(OperationState.CANCELLED, end(cluster, id).state());
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void isRestartedInItsOldClusterIfItsSourceDiesOnTheWay() {
        TestCluster cluster = running();
        UUID id = begun(cluster);

        cluster.host("h1").losePower();

        assertEquals(OperationState.FAILED, end(cluster, id).state());
        cluster.until(Duration.ofMinutes(2), c -> c.vm("v").state() == VmState.UP);
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
        assertEquals(1, cluster.starts.get(VM));
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void goesOnInTheNewClusterIfItsSourceDiesAfterwards() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.MUTE);
        UUID id = begun(cluster);
        cluster.until(Duration.ofMinutes(1), c -> c.whereRuns("v").equals(List.of("o1")));

        cluster.host("h1").losePower();

        assertEquals(OperationState.SUCCEEDED, end(cluster, id).state());
        assertTrue(cluster.starts.isEmpty());
        belongsTo(cluster, OTHER);
    }

    @Test
    void isFoundInTheNewClusterAfterDoubt() {
        TestCluster cluster = running();
        doubtful(cluster, Habit.MUTE);
        assertEquals(Things.CLUSTER, clusterOf(cluster, "v"));
        assertEquals(OTHER, cluster.vm("v").status().targetClusterId());

        cluster.host("h1").behave();
        cluster.until(Duration.ofMinutes(5), c -> c.vm("v").state() == VmState.UP);

        assertEquals(List.of("o1"), cluster.whereRuns("v"));
        belongsTo(cluster, OTHER);
    }

    @Test
    void isFoundInItsOldClusterAfterDoubt() {
        TestCluster cluster = running();
        doubtful(cluster, Habit.SWALLOW);

        cluster.host("h1").behave();
        cluster.until(
                Duration.ofMinutes(10),
                c -> c.vm("v").state() == VmState.UP && c.vm("v").status().targetHostId() == null);

        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void goesOnInTheNewClusterIfItsSourceIsFencedAfterDoubt() {
        TestCluster cluster = running();
        doubtful(cluster, Habit.MUTE);

        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(5), c -> c.vm("v").state() == VmState.UP);

        assertEquals(List.of("o1"), cluster.whereRuns("v"));
        assertTrue(cluster.starts.isEmpty());
        belongsTo(cluster, OTHER);
    }
}
