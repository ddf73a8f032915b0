package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request.VmControl;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class MaintenanceTest {

    private static final Request.MaintainHost H1 = new Request.MaintainHost(Things.id("h1"));

    private static TestCluster withVms(int count) {
        Entity[] vms = new Entity[count];
        for (int i = 0; i < count; i++) {
            vms[i] = Things.on(Things.vm("v" + i), "h1");
        }
        return TestCluster.of(3, vms);
    }

    private static Vm running(String name, MigrationMode mode, long memory) {
        return Things.on(Things.vm(Things.spec(name, false, Priority.LOW, mode, memory)), "h1");
    }

    @Test
    void movesEverythingAwayAFewAtATime() {
        TestCluster cluster = withVms(7);
        UUID id = cluster.submit(H1);
        long most = 0;
        while (!cluster.ended.containsKey(id)) {
            cluster.advance(Duration.ofMillis(100));
            most = Math.max(
                    most,
                    cluster.vms().filter(vm -> vm.state() == VmState.MIGRATING).count());
        }

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(id).state());
        assertEquals(HostState.MAINTENANCE, cluster.hostState("h1").state());
        assertTrue(cluster.host("h1").vms.isEmpty());
        assertEquals(2, most);
    }

    @Test
    void refusesWhileAPinnedOrPausedVmIsThere() {
        TestCluster pinned = TestCluster.of(2, running("p", MigrationMode.PINNED, Things.GIB));
        TestCluster paused = withVms(1);
        paused.run(new Request.ControlVm(Things.id("v0"), VmControl.PAUSE));

        Operation first = pinned.run(H1);
        Operation second = paused.run(H1);

        assertEquals("p", first.problem().blocker().name());
        assertEquals("v0", second.problem().blocker().name());
        assertEquals(HostState.UP, pinned.hostState("h1").state());
    }

    @Test
    void givesUpWhenAVmFitsNowhereAndSpawnsNothingAfterwards() {
        TestCluster cluster = TestCluster.of(
                2,
                running("a-too-big", MigrationMode.ALLOWED, 40 * Things.GIB),
                running("b", MigrationMode.ALLOWED, Things.GIB));

        Operation end = cluster.run(H1);

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(end.problem().detail().contains("a-too-big"));
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertTrue(cluster.openOperations().isEmpty());
    }

    @Test
    void givesUpWhenAMigrationFails() {
        TestCluster cluster = withVms(3);
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.FAIL);

        Operation end = cluster.run(H1);
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        cluster.assertAtRest();
    }

    @Test
    void isCalledOffWithItsMigrations() {
        TestCluster cluster = withVms(4);
        UUID id = cluster.submit(H1);
        cluster.advance(Duration.ofSeconds(1));

        cluster.cancel(id);
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));

        assertEquals(OperationState.CANCELLED, cluster.ended.get(id).state());
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        cluster.advance(Duration.ofMinutes(1));
        cluster.assertAtRest();
        assertEquals(4, cluster.host("h1").vms.size());
    }

    @Test
    void waitsForAVmThatStartsMeanwhileAndMovesItToo() {
        TestCluster cluster = TestCluster.of(2, Things.vm("late"));
        cluster.submit(new Request.StartVm(Things.id("late"), Things.id("h1")));

        Operation end = cluster.run(H1);

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(Things.id("h2"), cluster.vm("late").hostId());
    }

    @Test
    void failsWhenTheHostDies() {
        TestCluster cluster = withVms(2);
        UUID id = cluster.submit(H1);
        cluster.advance(Duration.ofSeconds(1));

        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(OperationState.FAILED, cluster.ended.get(id).state());
        cluster.assertAtRest();
    }

    @Test
    void givesUpWhenTheLastVmIsPausedMeanwhile() {
        TestCluster cluster = withVms(3);
        UUID id = cluster.submit(H1);
        cluster.advance(Duration.ofMillis(200));
        cluster.vms()
                .filter(vm -> vm.state() == VmState.UP)
                .findFirst()
                .ifPresent(vm -> cluster.host("h1")
                        .guest(
                                vm.id(),
                                io.kvorum.core.controller.VmRunState.PAUSED_IO_ERROR,
                                io.kvorum.core.controller.Event.Cause.IO_ERROR));

        cluster.until(Duration.ofMinutes(2), c -> c.ended.containsKey(id));

        assertEquals(OperationState.FAILED, cluster.ended.get(id).state());
        assertTrue(cluster.ended.get(id).problem().detail().contains("paused"));
        assertEquals(HostState.UP, cluster.hostState("h1").state());
    }

    @Test
    void activationBringsItBackWithoutFencingIt() {
        TestCluster cluster = withVms(0);
        cluster.run(H1);
        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(1));
        cluster.run(new Request.ActivateHost(Things.id("h1")));
        cluster.advance(Duration.ofSeconds(8));
        assertEquals(HostState.CONNECTING, cluster.hostState("h1").state());

        cluster.host("h1").bootAgain();
        cluster.advance(Duration.ofSeconds(2));

        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertTrue(cluster.waiting(AgentCommand.PowerControl.class).isEmpty());
    }

    @Test
    void aRefusedRemovalChangesNothing() {
        TestCluster cluster = withVms(1);

        Operation end = cluster.run(new Request.RemoveHost(Things.id("h1")));
        cluster.advance(Duration.ofSeconds(10));

        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertEquals(0, cluster.codes().stream().filter("host.silent"::equals).count());
    }
}
