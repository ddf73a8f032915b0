package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class VmLifeTest {
    private static final UUID VM = Things.id("v");

    private static TestCluster down() {
        return TestCluster.of(2, Things.vm("v"));
    }

    private static TestCluster up() {
        return TestCluster.of(2, Things.on(Things.vm("v"), "h1"));
    }

    private static void everywhere(TestCluster cluster, Class<? extends AgentCommand> type, Habit habit) {
        cluster.hosts().forEach(host -> host.habit(type, habit));
    }

    @Test
    void suspendsAndRestores() {
        TestCluster cluster = up();

        cluster.run(new Request.SuspendVm(VM));
        assertEquals(VmState.SUSPENDED, cluster.vm("v").state());
        assertNull(cluster.vm("v").hostId());
        Operation end = cluster.run(new Request.StartVm(VM, null));

        assertEquals("restore from saved memory", end.steps().getLast().name());
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertFalse(cluster.vm("v").status().memorySaved());
    }

    @Test
    void aRestoreThatHostsVouchWasNotMadeKeepsTheMemory() {
        TestCluster cluster = up();
        cluster.run(new Request.SuspendVm(VM));
        everywhere(cluster, AgentCommand.StartVm.class, Habit.FAIL);

        Operation end = cluster.run(new Request.StartVm(VM, null));

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(VmState.SUSPENDED, cluster.vm("v").state());
        assertTrue(cluster.vm("v").status().memorySaved());
    }

    @Test
    void memoryOfARestoreThatMayHaveRunIsNeverUsedAgain() {
        TestCluster cluster = up();
        cluster.run(new Request.SuspendVm(VM));
        everywhere(cluster, AgentCommand.StartVm.class, Habit.MUTE);

        cluster.run(new Request.StartVm(VM, null));
        cluster.until(Duration.ofMinutes(5), c -> c.vm("v").state() == VmState.UP);
        everywhere(cluster, AgentCommand.StartVm.class, Habit.OBEY);
        cluster.run(new Request.StopVm(VM, true));
        Operation again = cluster.run(new Request.StartVm(VM, null));

        assertEquals("start", again.steps().getLast().name());
    }

    @Test
    void aFailedSuspendGoesBackToWhatTheHostSays() {
        TestCluster cluster = up();
        cluster.host("h1").habit(AgentCommand.SuspendVm.class, Habit.FAIL);

        Operation end = cluster.run(new Request.SuspendVm(VM));

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void createsWithItsDisksAndStarts() {
        TestCluster cluster = TestCluster.of(2);

        Operation end = cluster.run(new Request.CreateVm(VM, Things.spec("v"), true, true));
        cluster.until(Duration.ofMinutes(1), c -> c.openOperations().isEmpty());

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertTrue(cluster.disks.contains(Things.id("v-disk")));
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void aDiskThatCannotBeMadeTakesTheOthersBack() {
        TestCluster cluster = TestCluster.of(1);
        VmSpec spec = Things.withDisks(
                Things.spec("v"),
                List.of(
                        new VmDisk(Things.id("d1"), Things.STORE, DiskFormat.QCOW2, Things.GIB, 1, null),
                        new VmDisk(Things.id("d2"), Things.STORE, DiskFormat.QCOW2, Things.GIB, 2, null)));
        UUID id = cluster.submit(new Request.CreateVm(VM, spec, true, true));
        cluster.until(Duration.ofSeconds(5), c -> c.disks.contains(Things.id("d1")));
        cluster.host("h1").habit(AgentCommand.CreateDisk.class, Habit.FAIL);

        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));

        assertEquals(OperationState.FAILED, cluster.ended.get(id).state());
        assertTrue(cluster.disks.isEmpty());
        assertNull(cluster.vm("v"));
    }

    @Test
    void deletesWithDisksAndSavedMemory() {
        TestCluster cluster = up();
        cluster.disks.add(Things.id("v-disk"));
        cluster.run(new Request.SuspendVm(VM));

        Operation end = cluster.run(new Request.DeleteVm(VM));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertTrue(cluster.disks.isEmpty());
        assertTrue(cluster.savedMemory.isEmpty());
        assertNull(cluster.vm("v"));
    }

    @Test
    void whatCannotBeDeletedIsKept() {
        TestCluster cluster = down();
        everywhere(cluster, AgentCommand.DeleteDisk.class, Habit.FAIL);

        Operation end = cluster.run(new Request.DeleteVm(VM));

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(VmState.DOWN, cluster.vm("v").state());
        assertEquals(OperationState.REFUSED, up().run(new Request.DeleteVm(VM)).state());
    }

    @Test
    void changesOnlyWhatARunningVmAllows() {
        TestCluster cluster = up();
        Vm before = cluster.vm("v");
        VmSpec bigger = Things.spec("v", true, Vm.Priority.HIGH, Vm.MigrationMode.ALLOWED, 4 * Things.GIB);
        VmSpec available = Things.spec("v", true, Vm.Priority.HIGH, Vm.MigrationMode.ALLOWED, 2 * Things.GIB);

        Operation shape = cluster.run(new Request.ChangeVm(VM, bigger, null));
        Operation stale =
                cluster.run(new Request.ChangeVm(VM, available, before.meta().revision() + 7));
        Operation good =
                cluster.run(new Request.ChangeVm(VM, available, before.meta().revision()));

        assertEquals(Problem.Type.CONFLICT, shape.problem().type());
        assertEquals(Problem.Type.STALE, stale.problem().type());
        assertEquals(OperationState.SUCCEEDED, good.state());
        assertNotEquals(before.meta().revision(), cluster.vm("v").meta().revision());
    }

    @Test
    void whatCannotBeCalledOffSaysSo() {
        TestCluster cluster = up();
        UUID id = cluster.submit(new Request.StopVm(VM, false));

        cluster.cancel(id);

        assertTrue(cluster.codes().contains("operation.cancel_refused"));
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));
        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(id).state());
    }
}
