package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
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
class MigrationTest {

    private static final UUID VM = Things.id("v");
    private static final Request.MigrateVm TO_H2 = new Request.MigrateVm(VM, Things.id("h2"));

    private static TestCluster running() {
        return TestCluster.of(3, Things.on(Things.ha("v"), "h1"));
    }

    /** A migration that has been asked of the source. */
    private static UUID begun(TestCluster cluster) {
        UUID id = cluster.submit(TO_H2);
        cluster.until(
                Duration.ofSeconds(5),
                c -> !c.waiting(AgentCommand.MigrateVm.class).isEmpty());
        cluster.advance(Duration.ofMillis(100));
        return id;
    }

    private static Operation end(TestCluster cluster, UUID id) {
        cluster.until(Duration.ofHours(2), c -> c.ended.containsKey(id));
        return cluster.ended.get(id);
    }

    @Test
    void movesToTheHostAskedFor() {
        TestCluster cluster = running();

        Operation end = cluster.run(TO_H2);

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
        assertNull(cluster.vm("v").status().targetHostId());
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void isBoundToBothHostsMeanwhile() {
        TestCluster cluster = running();

        begun(cluster);

        assertTrue(cluster.vm("v").bindsTo(Things.id("h1")));
        assertTrue(cluster.vm("v").bindsTo(Things.id("h2")));
    }

    @Test
    void refusesPinnedUnknownAndStoppedVms() {
        Vm pinned = Things.on(Things.vm(Things.spec("p", false, Priority.LOW, MigrationMode.PINNED, Things.GIB)), "h1");
        TestCluster cluster = TestCluster.of(2, pinned, Things.vm("down"));

        Operation fixed = cluster.run(new Request.MigrateVm(pinned.id(), null));
        Operation off = cluster.run(new Request.MigrateVm(Things.id("down"), null));
        Operation none = cluster.run(new Request.MigrateVm(Things.id("nobody"), null));
        Operation nowhere = cluster.run(new Request.MigrateVm(pinned.id(), Things.id("nohost")));

        assertEquals(Problem.Type.NO_HOST, fixed.problem().type());
        assertEquals(Problem.Type.CONFLICT, off.problem().type());
        assertEquals(Problem.Type.NOT_FOUND, none.problem().type());
        assertEquals(Problem.Type.NOT_FOUND, nowhere.problem().type());
        assertTrue(fixed.problem().detail().contains("pinned"));
    }

    @Test
    void staysWhereItIsWhenTheSourceCannotMigrate() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.FAIL);

        Operation end = cluster.run(TO_H2);

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
        cluster.assertAtRest();
        assertNull(cluster.vm("v").status().targetHostId());
    }

    @Test
    void staysWhenTheTargetCannotHaveItsNetwork() {
        TestCluster cluster = running();
        cluster.host("h2").habit(AgentCommand.EnsureNetwork.class, Habit.FAIL);

        assertEquals(OperationState.FAILED, cluster.run(TO_H2).state());
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
    }

    @Test
    void asksBothHostsAfterAnInterruption() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.INTERRUPT);

        Operation end = cluster.run(TO_H2);

        assertTrue(end.steps().stream().anyMatch(step -> step.name().equals("look at the source")));
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
    }

    @Test
    void restartsElsewhereWhenTheSourceDiesOnTheWay() {
        TestCluster cluster = running();
        UUID id = begun(cluster);

        cluster.host("h1").losePower();

        assertEquals(OperationState.FAILED, end(cluster, id).state());
        cluster.until(Duration.ofMinutes(2), c -> c.vm("v").state() == VmState.UP);
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void goesOnAtTheTargetWhenTheSourceDiesAfterwards() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.MUTE);
        UUID id = begun(cluster);
        cluster.until(Duration.ofMinutes(1), c -> c.whereRuns("v").equals(List.of("h2")));

        cluster.host("h1").losePower();

        assertEquals(OperationState.SUCCEEDED, end(cluster, id).state());
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
        assertTrue(cluster.starts.isEmpty());
    }

    @Test
    void staysAtTheSourceWhenTheTargetDies() {
        TestCluster cluster = running();
        UUID id = begun(cluster);

        cluster.host("h2").losePower();

        assertEquals(OperationState.FAILED, end(cluster, id).state());
        cluster.advance(Duration.ofMinutes(2));
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertNull(cluster.vm("v").status().targetHostId());
    }

    @Test
    void isRestartedWhenTheSourceDiesWhileTheTargetPreparesItsNetwork() {
        TestCluster cluster = running();
        cluster.host("h2").habit(AgentCommand.EnsureNetwork.class, Habit.SWALLOW);
        UUID id = cluster.submit(TO_H2);
        cluster.advance(Duration.ofSeconds(1));

        cluster.host("h1").losePower();

        assertEquals(OperationState.FAILED, end(cluster, id).state());
        cluster.advance(Duration.ofMinutes(2));
        assertEquals(1, cluster.whereRuns("v").size());
        assertEquals(1, cluster.starts.get(VM));
        cluster.assertAtRest();
    }

    @Test
    void losesNothingWhenBothHostsDie() {
        TestCluster cluster = running();
        begun(cluster);

        cluster.host("h1").losePower();
        cluster.host("h2").losePower();
        cluster.host("h2").bmcBroken = true;
        cluster.host("h1").bmcBroken = true;
        cluster.advance(Duration.ofMinutes(2));
        cluster.run(new Request.ConfirmHostDown(Things.id("h2"), "h2"));
        cluster.run(new Request.ConfirmHostDown(Things.id("h1"), "h1"));
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(HostState.DOWN, cluster.hostState("h1").state());
        assertEquals(List.of("h3"), cluster.whereRuns("v"));
        cluster.assertAtRest();
    }

    @Test
    void isCalledOff() {
        TestCluster cluster = running();
        UUID id = begun(cluster);

        cluster.cancel(id);

        assertEquals(OperationState.CANCELLED, end(cluster, id).state());
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void staysBoundToBothWhenNobodyKnowsAndIsFoundLater() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.MUTE);
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.SWALLOW);
        UUID id = begun(cluster);

        Operation end = end(cluster, id);

        assertEquals(Problem.Type.TIMED_OUT, end.problem().type());
        assertTrue(cluster.vm("v").bindsTo(Things.id("h1")));
        assertTrue(cluster.vm("v").bindsTo(Things.id("h2")));
        cluster.host("h1").behave();
        cluster.until(Duration.ofMinutes(5), c -> c.vm("v").state() == VmState.UP);
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
    }

    @Test
    void forcingOffAVmInDoubtAsksBothHosts() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.MUTE);
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.SWALLOW);
        UUID id = begun(cluster);
        end(cluster, id);
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.FAIL);
        cluster.until(
                Duration.ofMinutes(3),
                c -> c.openOperations().isEmpty() && c.vm("v").state() == VmState.UNKNOWN);

        Operation stop = cluster.run(new Request.StopVm(VM, true));

        assertEquals(OperationState.SUCCEEDED, stop.state());
        assertEquals(List.of(), cluster.whereRuns("v"));
        assertEquals(2, stop.steps().size());
    }

    @Test
    void endsWhatTheSourceHasLeftBehindAndIsAtTheTarget() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.INTERRUPT);
        cluster.host("h1").vms.put(VM, VmRunState.LEFT_BEHIND);
        cluster.host("h2").vms.put(VM, VmRunState.RUNNING);

        Operation end = cluster.run(TO_H2);

        cluster.advance(Duration.ofSeconds(5));
        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
        cluster.assertAtRest();
    }

    @Test
    void isRestartedWhereOnlyALeftBehindCopyIsLeft() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.INTERRUPT);
        cluster.host("h1").vms.put(VM, VmRunState.LEFT_BEHIND);

        assertEquals(OperationState.FAILED, cluster.run(TO_H2).state());
        cluster.until(Duration.ofMinutes(2), c -> c.vm("v").state() == VmState.UP);

        assertEquals(1, cluster.starts.get(VM));
        assertEquals(1, cluster.whereRuns("v").size());
        cluster.assertAtRest();
    }

    @Test
    void aLeftBehindCopyThatCannotBeEndedKeepsBothHostsBound() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.INTERRUPT);
        cluster.host("h1").habit(AgentCommand.StopVm.class, Habit.FAIL);
        cluster.host("h1").vms.put(VM, VmRunState.LEFT_BEHIND);
        cluster.host("h2").vms.put(VM, VmRunState.RUNNING);

        assertEquals(OperationState.FAILED, cluster.run(TO_H2).state());
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        assertTrue(cluster.vm("v").bindsTo(Things.id("h1")));

        cluster.host("h1").behave();
        cluster.until(Duration.ofMinutes(2), c -> c.vm("v").state() == VmState.UP);
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
    }

    @Test
    void aCopyThatSomebodyElseLeftBehindIsToldAndNotTouched() {
        TestCluster cluster = running();

        cluster.host("h1").guest(VM, VmRunState.LEFT_BEHIND, Cause.MIGRATED_OUT);
        cluster.until(Duration.ofMinutes(2), c -> c.codes().contains("vm.left_behind"));

        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        assertTrue(cluster.waiting(AgentCommand.StopVm.class).isEmpty());
        assertTrue(cluster.starts.isEmpty());
    }
}
