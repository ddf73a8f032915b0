package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** VMs with NUMA nodes and CPUs of their own get others where they go. */
@NullUnmarked
class SeatedMigrationTest {

    /** Of two vCPUs and 2 GiB, on one node, with CPUs of its own; hosts have 16 CPUs. */
    private static Vm seated(String name) {
        var spec = Things.spec(name, false, Priority.LOW, MigrationMode.ALLOWED, 2 * Things.GIB);
        return Things.vm(spec.with(spec.hardware().with(new Tuning(1, true, 0))));
    }

    private static TestCluster started(String... vmsOnTheirHosts) {
        TestCluster cluster = TestCluster.of(2, seated("v"), seated("w"));
        for (String vm : vmsOnTheirHosts) {
            String[] words = vm.split("@");
            Operation start = cluster.run(new Request.StartVm(Things.id(words[0]), Things.id(words[1])));
            assertEquals(OperationState.SUCCEEDED, start.state());
        }
        return cluster;
    }

    private static List<Integer> cpus(TestCluster cluster, String vm) {
        Seat seat = cluster.vm(vm).status().seat();
        return Objects.requireNonNull(seat).cells().getFirst().cpus();
    }

    @Test
    void itGetsCpusThatNobodyHasOnTheTarget() {
        TestCluster cluster = started("v@h1", "w@h2");
        assertEquals(List.of(0, 1), cpus(cluster, "v"));
        assertEquals(List.of(0, 1), cpus(cluster, "w"));

        UUID id = cluster.submit(new Request.MigrateVm(Things.id("v"), Things.id("h2")));
        cluster.until(
                Duration.ofSeconds(5),
                c -> !c.waiting(AgentCommand.MigrateVm.class).isEmpty());
        var command = (AgentCommand.MigrateVm)
                cluster.waiting(AgentCommand.MigrateVm.class).getFirst().command();
        assertEquals(
                List.of(2, 3),
                Objects.requireNonNull(command.seat()).cells().getFirst().cpus());
        assertEquals(2, command.vcpus());
        assertNotNull(cluster.vm("v").status().targetSeat(), "kept for it there");
        assertEquals(List.of(0, 1), cpus(cluster, "v"), "still its own here");
        cluster.until(Duration.ofMinutes(5), c -> c.ended.containsKey(id));

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(id).state());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
        assertEquals(List.of(2, 3), cpus(cluster, "v"));
        assertNull(cluster.vm("v").status().targetSeat());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(Things.id("w"), Things.id("h1")))
                        .state());
        assertEquals(List.of(0, 1), cpus(cluster, "w"), "what the other one left");
    }

    @Test
    void oneThatFailsKeepsItsSeatAndNoneIsLeftOnTheTarget() {
        TestCluster cluster = started("v@h1");
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.FAIL);

        Operation failed = cluster.run(new Request.MigrateVm(Things.id("v"), Things.id("h2")));

        assertEquals(OperationState.FAILED, failed.state());
        assertEquals(List.of(0, 1), cpus(cluster, "v"));
        assertNull(cluster.vm("v").status().targetSeat());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.StartVm(Things.id("w"), Things.id("h2")))
                        .state());
        assertEquals(List.of(0, 1), cpus(cluster, "w"), "nothing is held there");
    }

    @Test
    void itStaysWhereNoOtherHostHasNodesForIt() {
        var spec = Things.spec("large", false, Priority.LOW, MigrationMode.ALLOWED, 20 * Things.GIB);
        Vm large = Things.vm(spec.with(spec.hardware().with(new Tuning(1, false, 0))));
        TestCluster cluster = TestCluster.of(2, large, seated("w"));
        cluster.run(new Request.StartVm(large.id(), Things.id("h1")));
        var other = Things.spec("other", false, Priority.LOW, MigrationMode.ALLOWED, 20 * Things.GIB);
        cluster.run(new Request.CreateVm(Things.id("other"), other, false, false));
        cluster.run(new Request.StartVm(Things.id("other"), Things.id("h2")));

        Operation refused = cluster.run(new Request.MigrateVm(large.id(), null));

        assertEquals(OperationState.REFUSED, refused.state());
        assertEquals(Problem.Type.NO_HOST, refused.problem().type());
    }

    @Test
    void aHostIsEmptiedOfThemForItsMaintenance() {
        TestCluster cluster = started("v@h1", "w@h1");

        cluster.run(new Request.MaintainHost(Things.id("h1")));

        assertEquals(HostState.MAINTENANCE, cluster.hostState("h1").state());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
        assertEquals(List.of("h2"), cluster.whereRuns("w"));
        List<Integer> all = cpus(cluster, "v");
        assertTrue(cpus(cluster, "w").stream().noneMatch(all::contains), "no CPU twice");
    }
}
