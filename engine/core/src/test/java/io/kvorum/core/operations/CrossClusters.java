package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** Two clusters of a data center, "cluster" with h1 and h2, and "other" with o1 and o2, and a VM that goes from one to the other. */
@NullUnmarked
final class CrossClusters {

    static final UUID VM = Things.id("v");
    static final UUID OTHER = Things.id("other");
    static final Request.MigrateVm TO_OTHER = new Request.MigrateVm(VM, null, OTHER);
    static final Duration LONG = Duration.ofHours(2);

    static Cluster cluster(
            UUID id, String name, @Nullable String cpuModel, AdmissionPolicy admission, UUID dataCenter) {
        return Cluster.named(id, name, dataCenter).withCpuModel(cpuModel).with(admission);
    }

    static Cluster other(@Nullable String cpuModel) {
        return cluster(OTHER, "other", cpuModel, AdmissionPolicy.DEFAULT, Things.DATA_CENTER);
    }

    static Host there(String name) {
        return Things.host(name, OTHER, "Test-CPU", "Model-A");
    }

    static TestCluster of(Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(other(null), there("o1"), there("o2")));
        all.addAll(List.of(more));
        return TestCluster.of(2, all.toArray(Entity[]::new));
    }

    static TestCluster running(Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(more));
        all.add(Things.on(Things.ha("v"), "h1"));
        return of(all.toArray(Entity[]::new));
    }

    static UUID clusterOf(TestCluster cluster, String vm) {
        return cluster.vm(vm).spec().clusterId();
    }

    static UUID begun(TestCluster cluster) {
        UUID id = cluster.submit(TO_OTHER);
        cluster.until(
                Duration.ofSeconds(5),
                c -> !c.waiting(AgentCommand.MigrateVm.class).isEmpty());
        cluster.advance(Duration.ofMillis(100));
        return id;
    }

    static Operation end(TestCluster cluster, UUID id) {
        cluster.until(LONG, c -> c.ended.containsKey(id));
        return cluster.ended.get(id);
    }

    static void refused(Operation end, Problem.Type type, String... words) {
        assertEquals(OperationState.REFUSED, end.state(), end.toString());
        assertEquals(type, end.problem().type(), end.toString());
        for (String each : words) {
            assertTrue(end.problem().detail().contains(each), end.problem().detail());
        }
    }

    static void belongsTo(TestCluster cluster, UUID clusterId) {
        assertEquals(clusterId, clusterOf(cluster, "v"));
        assertNull(cluster.vm("v").status().targetClusterId());
    }

    /** A migration that nobody tells the end of; with MUTE it has arrived. */
    static void doubtful(TestCluster cluster, Habit habit) {
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, habit);
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.SWALLOW);
        UUID id = begun(cluster);
        assertEquals(Problem.Type.TIMED_OUT, end(cluster, id).problem().type());
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
    }

    private CrossClusters() {}
}
