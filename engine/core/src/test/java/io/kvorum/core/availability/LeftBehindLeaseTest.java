package io.kvorum.core.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Step;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A VM that is down, and whose lease its last host still holds. */
class LeftBehindLeaseTest {

    /** "v" was stopped on h1, which still holds its lease. */
    private static TestCluster left() {
        TestCluster cluster = LeasedCluster.cluster(false, Leasing.WITH_WATCHDOG);
        cluster.run(new Request.StopVm(Things.id("v"), true));
        assertEquals(VmState.DOWN, cluster.vm("v").state());
        cluster.leases.holders.put(Things.id("v"), Things.id("h1"));
        return cluster;
    }

    private static Operation start(TestCluster cluster, String host) {
        return cluster.run(new Request.StartVm(Things.id("v"), Things.id(host)));
    }

    private static List<String> steps(Operation operation) {
        return operation.steps().stream().map(Step::name).toList();
    }

    @Test
    void isFreedByTheHostThatHoldsItOnceItSaysThatTheVmDoesNotRunThere() {
        TestCluster cluster = left();

        Operation start = start(cluster, "h2");

        assertEquals(OperationState.SUCCEEDED, start.state());
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
        Step freed = start.steps().stream()
                .filter(step -> step.command() instanceof AgentCommand.ReleaseLease)
                .findFirst()
                .orElseThrow();
        assertEquals(Things.id("h1"), freed.hostId());
        assertTrue(steps(start).indexOf("look whether the holder of its lease runs it")
                < steps(start).indexOf(freed.name()));
    }

    @Test
    void isNotTouchedWhereItsHolderGivesNoAnswer() {
        TestCluster cluster = left();
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.SWALLOW);

        Operation start = start(cluster, "h2");

        assertEquals(OperationState.FAILED, start.state());
        assertFalse(cluster.sent.stream().anyMatch(sent -> sent.command() instanceof AgentCommand.ReleaseLease));
        assertEquals(VmState.DOWN, cluster.vm("v").state());
        assertTrue(Objects.requireNonNull(start.problem()).detail().contains("holds its lease"));
    }

    @Test
    void isNotTouchedWhereTheVmRunsThereAfterAll() {
        TestCluster cluster = left();
        cluster.host("h1").vms.put(Things.id("v"), VmRunState.RUNNING);

        Operation start = start(cluster, "h2");

        assertEquals(OperationState.FAILED, start.state());
        assertFalse(cluster.sent.stream().anyMatch(sent -> sent.command() instanceof AgentCommand.ReleaseLease));
    }

    @Test
    void isAskedForOnceInAnOperation() {
        TestCluster cluster = left();
        cluster.host("h1").habit(AgentCommand.ReleaseLease.class, Habit.FAIL);

        Operation start = start(cluster, "h2");

        assertEquals(OperationState.FAILED, start.state());
        assertEquals(
                2,
                start.steps().stream()
                        .filter(step ->
                                step.outcome() != null && step.outcome().failedFor(CommandOutcome.Reason.LEASE_HELD))
                        .count());
    }
}
