package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request.VmControl;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class VmOperationsTest {

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
    void startsWhereTheSchedulerSays() {
        TestCluster cluster = down();

        Operation end = cluster.run(new Request.StartVm(VM, null));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        assertEquals(Things.id("h1"), end.explanation().chosenHostId());
        assertTrue(cluster.vm("v").status().wantedRunning());
    }

    @Test
    void startRefusesWhatCannotBe() {
        TestCluster cluster = TestCluster.of(
                1, Things.vm("v"), Things.on(Things.vm("up"), "h1"), Things.store("dead", StorageState.INACTIVE));

        assertEquals(
                Problem.Type.NOT_FOUND,
                cluster.run(new Request.StartVm(Things.id("nobody"), null))
                        .problem()
                        .type());
        assertEquals(
                Problem.Type.CONFLICT,
                cluster.run(new Request.StartVm(Things.id("up"), null))
                        .problem()
                        .type());
        assertEquals(
                Problem.Type.NOT_FOUND,
                cluster.run(new Request.StartVm(VM, Things.id("nohost")))
                        .problem()
                        .type());
    }

    @Test
    void aHostThatVouchesForFailureIsLeftForAnother() {
        TestCluster cluster = down();
        cluster.host("h1").habit(AgentCommand.StartVm.class, Habit.FAIL);

        Operation end = cluster.run(new Request.StartVm(VM, null));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
    }

    @Test
    void aStartThatFailsEverywhereLeavesItDown() {
        TestCluster cluster = down();
        everywhere(cluster, AgentCommand.StartVm.class, Habit.FAIL);

        Operation end = cluster.run(new Request.StartVm(VM, null));

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(VmState.DOWN, cluster.vm("v").state());
        assertNull(cluster.vm("v").hostId());
    }

    @Test
    void anUnansweredStartStaysBoundAndIsFoundLater() {
        TestCluster cluster = down();
        cluster.host("h1").habit(AgentCommand.StartVm.class, Habit.MUTE);
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.SWALLOW);

        Operation end = cluster.run(new Request.StartVm(VM, null));

        assertEquals(Problem.Type.TIMED_OUT, end.problem().type());
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.StartVm(VM, null)).state());
        cluster.host("h1").behave();
        cluster.until(Duration.ofMinutes(3), c -> c.vm("v").state() == VmState.UP);
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void anInterruptedStartIsLookedAtFirst() {
        TestCluster cluster = down();
        cluster.host("h1").habit(AgentCommand.StartVm.class, Habit.INTERRUPT);

        Operation end = cluster.run(new Request.StartVm(VM, null));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertTrue(end.steps().stream().anyMatch(step -> step.name().startsWith("look")));
    }

    @Test
    void aHostFencedMeanwhileIsLeftForAnother() {
        TestCluster cluster = TestCluster.of(3, Things.vm("v"));
        cluster.host("h1").habit(AgentCommand.StartVm.class, Habit.SWALLOW);
        UUID id = cluster.submit(new Request.StartVm(VM, null));
        cluster.advance(Duration.ofSeconds(1));

        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(id).state());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
    }

    @Test
    void aConflictNamesTheBlocker() {
        TestCluster cluster = down();
        UUID first = cluster.submit(new Request.StartVm(VM, null));

        Operation second = cluster.run(new Request.DeleteVm(VM));

        assertEquals(first, second.problem().blockingOperation());
        assertTrue(second.problem().detail().contains("tester"));
    }

    @Test
    void anOperationThatIsKnownIsNotBegunTwice() {
        TestCluster cluster = down();
        UUID id = cluster.submit(new Request.StartVm(VM, null));
        int sent = cluster.sent.size();

        cluster.handle(new io.kvorum.core.controller.Event.OperationSubmitted(Operation.queued(
                id, new Request.StartVm(VM, null), Things.vm("v").subject(), "tester", null)));

        assertEquals(sent, cluster.sent.size());
    }

    @Test
    void shutsDownAndForcesOff() {
        for (boolean force : new boolean[] {false, true}) {
            TestCluster cluster = up();

            Operation end = cluster.run(new Request.StopVm(VM, force));

            assertEquals(OperationState.SUCCEEDED, end.state());
            assertEquals(VmState.DOWN, cluster.vm("v").state());
            assertFalse(cluster.vm("v").status().wantedRunning());
        }
    }

    @Test
    void aGuestThatWillNotShutDownIsUpAgain() {
        TestCluster cluster = up();
        cluster.host("h1").habit(AgentCommand.ShutdownVm.class, Habit.FAIL);

        Operation end = cluster.run(new Request.StopVm(VM, false));

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertTrue(cluster.vm("v").status().wantedRunning());
    }

    @Test
    void anUnansweredStopLeavesItInDoubtAndBound() {
        TestCluster cluster = up();
        everywhere(cluster, AgentCommand.StopVm.class, Habit.SWALLOW);
        everywhere(cluster, AgentCommand.QueryVm.class, Habit.SWALLOW);

        Operation end = cluster.run(new Request.StopVm(VM, true));

        assertEquals(Problem.Type.TIMED_OUT, end.problem().type());
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
    }

    @Test
    void stoppingWhatWaitsForItsRestartCallsThatOff() {
        TestCluster cluster = TestCluster.of(1, Things.ha("v"));
        everywhere(cluster, AgentCommand.StartVm.class, Habit.FAIL);
        cluster.run(new Request.StartVm(VM, null));

        Operation end = cluster.run(new Request.StopVm(VM, false));
        everywhere(cluster, AgentCommand.StartVm.class, Habit.OBEY);
        cluster.advance(Duration.ofHours(1));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(VmState.DOWN, cluster.vm("v").state());
        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.StopVm(VM, false)).state());
    }

    @Test
    void pausesResumesAndReboots() {
        TestCluster cluster = up();

        cluster.run(new Request.ControlVm(VM, VmControl.PAUSE));
        assertEquals(VmState.PAUSED, cluster.vm("v").state());
        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.ControlVm(VM, VmControl.REBOOT)).state());
        cluster.run(new Request.ControlVm(VM, VmControl.RESUME));
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.ControlVm(VM, VmControl.RESET)).state());
        cluster.host("h1").habit(AgentCommand.RebootVm.class, Habit.FAIL);
        assertEquals(
                OperationState.FAILED,
                cluster.run(new Request.ControlVm(VM, VmControl.REBOOT)).state());
    }
}
