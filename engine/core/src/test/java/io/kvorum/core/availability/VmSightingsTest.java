package io.kvorum.core.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class VmSightingsTest {
    private static final UUID VM = Things.id("v");

    private static TestCluster haOnH1() {
        return TestCluster.of(3, Things.on(Things.ha("v"), "h1"));
    }

    @Test
    void oldNewsNeverLeadsToASecondCopy() {
        TestCluster cluster = haOnH1();

        cluster.handle(new Event.VmSighted(
                Things.id("h1"), new VmSighting(VM, "v", VmRunState.OFF, true), Cause.STOPPED, "an earlier run"));
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(VmState.UP, cluster.vm("v").state());
        assertTrue(cluster.starts.isEmpty());
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
    }

    @Test
    void anOldShutDownElsewhereDoesNotKeepACrashedVmDown() {
        TestCluster cluster = haOnH1();
        cluster.handle(new Event.VmSighted(
                Things.id("h2"), new VmSighting(VM, "v", VmRunState.OFF, true), Cause.SHUTDOWN, "an earlier run"));

        cluster.host("h1").guest(VM, VmRunState.CRASHED, Cause.CRASHED);
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void aCrashIsRestartedAndAShutDownByTheGuestIsNot() {
        TestCluster crash = haOnH1();
        TestCluster shutDown = haOnH1();

        crash.host("h1").guest(VM, VmRunState.CRASHED, Cause.CRASHED);
        crash.advance(Duration.ofMinutes(1));
        shutDown.host("h1").guest(VM, VmRunState.OFF, Cause.SHUTDOWN);
        shutDown.advance(Duration.ofMinutes(1));

        assertEquals(VmState.UP, crash.vm("v").state());
        assertEquals(1, crash.starts.get(VM));
        assertEquals(VmState.DOWN, shutDown.vm("v").state());
        assertFalse(shutDown.vm("v").status().wantedRunning());
    }

    @Test
    void aCrashDuringACheckIsNotMissed() {
        TestCluster cluster = haOnH1();
        cluster.handle(new Event.VmSighted(
                Things.id("h1"), new VmSighting(VM, "v", VmRunState.OFF, true), Cause.STOPPED, "an earlier run"));
        cluster.until(
                Duration.ofSeconds(1),
                c -> !c.waiting(AgentCommand.QueryVm.class).isEmpty());
        var check = cluster.waiting(AgentCommand.QueryVm.class).getFirst();

        cluster.host("h1").guest(VM, VmRunState.CRASHED, Cause.CRASHED);
        cluster.answer(
                check,
                new io.kvorum.core.controller.CommandOutcome.Done(
                        new io.kvorum.core.controller.CommandOutcome.VmDetail(VM, VmRunState.RUNNING)));
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void aStrayVmIsFoundAndTakenIn() {
        TestCluster cluster = TestCluster.of(2, Things.vm("v"));

        cluster.host("h2").guest(VM, VmRunState.RUNNING, Cause.STARTED);
        cluster.advance(Duration.ofSeconds(5));

        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
        assertTrue(cluster.codes().contains("vm.found"));
    }

    @Test
    void aSecondCopyIsReportedAndNotTakenIn() {
        TestCluster cluster = haOnH1();
        cluster.handle(new Event.VmSighted(
                Things.id("h2"), new VmSighting(VM, "v", VmRunState.RUNNING, true), Cause.STARTED, ""));
        var check = cluster.waiting(AgentCommand.QueryVm.class).getFirst();

        cluster.answer(
                check,
                new io.kvorum.core.controller.CommandOutcome.Done(
                        new io.kvorum.core.controller.CommandOutcome.VmDetail(VM, VmRunState.RUNNING)));

        assertTrue(cluster.codes().contains("vm.runs_elsewhere"));
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
    }

    @Test
    void waitsBetweenRestartsGrowAndHaveNoEnd() {
        TestCluster cluster = haOnH1();
        cluster.hosts().forEach(host -> host.habit(AgentCommand.StartVm.class, Habit.FAIL));

        cluster.host("h1").guest(VM, VmRunState.CRASHED, Cause.CRASHED);
        cluster.advance(Duration.ofHours(6));

        List<Operation> attempts = cluster.ended.values().stream()
                .filter(operation -> operation.request() instanceof Request.StartVm)
                .toList();
        Duration first =
                Duration.between(attempts.get(0).endedAt(), attempts.get(1).startedAt());
        Duration last = Duration.between(
                attempts.get(attempts.size() - 2).endedAt(), attempts.getLast().startedAt());
        assertTrue(first.compareTo(Duration.ofSeconds(3)) < 0);
        assertTrue(last.compareTo(Settings.DEFAULT.restartBackoffMax()) >= 0);
        assertTrue(attempts.size() > 60);
        cluster.hosts().forEach(host -> host.behave());
        cluster.advance(Duration.ofMinutes(6));
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void aHostWithoutItsHypervisorTakesNothingNew() {
        TestCluster cluster = haOnH1();

        cluster.host("h1").hypervisorUp = false;
        cluster.advance(Duration.ofSeconds(3));
        assertEquals(HostState.NON_OPERATIONAL, cluster.hostState("h1").state());
        cluster.host("h1").vms.clear();
        cluster.host("h1").hypervisorUp = true;
        cluster.advance(Duration.ofSeconds(10));

        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void aNewHostIsGivenTimeToAnswer() {
        TestCluster cluster = TestCluster.of(2);
        cluster.addMachine(Things.host("new"));
        cluster.host("new").cut = true;
        cluster.host("new").bmcBroken = true;
        cluster.run(new Request.RegisterHost(
                Things.id("new"), Things.host("new").spec(), Things.facts("new"), java.time.Instant.EPOCH));

        cluster.advance(Duration.ofSeconds(55));

        assertEquals(HostState.CONNECTING, cluster.hostState("new").state());
        cluster.advance(Duration.ofSeconds(30));
        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("new").state());
    }

    @Test
    void aSuspicionOfStorageNeedsTheWordOfAHost() {
        TestCluster cluster = haOnH1();
        cluster.host("h1").habit(AgentCommand.InspectStorage.class, Habit.SWALLOW);
        cluster.host("h2").habit(AgentCommand.InspectStorage.class, Habit.SWALLOW);
        cluster.host("h3").habit(AgentCommand.InspectStorage.class, Habit.SWALLOW);

        cluster.run(new Request.InspectStorage(Things.STORE));
        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void powerTriesEveryAgentThroughTwoHosts() {
        TestCluster cluster = TestCluster.of(4);
        cluster.host("h1").bmcBroken = true;

        Operation end = cluster.run(new Request.PowerHost(Things.id("h1"), PowerTask.OFF));

        assertEquals(OperationState.FAILED, end.state());
        assertEquals(
                List.of(
                        "power off by agent 1 through h2",
                        "power off by agent 2 through h2",
                        "power off by agent 1 through h3",
                        "power off by agent 2 through h3"),
                end.steps().stream().map(step -> step.name()).toList());
    }

    @Test
    void powerOffIsRefusedWhileVmsRunAndWithoutPowerManagement() {
        TestCluster cluster = TestCluster.of(2, Things.on(Things.vm("v"), "h1"), Things.powerless(Things.host("bare")));

        Operation busy = cluster.run(new Request.PowerHost(Things.id("h1"), PowerTask.OFF));
        Operation bare = cluster.run(new Request.PowerHost(Things.id("bare"), PowerTask.ON));
        Operation alive = cluster.run(new Request.PowerHost(Things.id("h1"), PowerTask.FENCE));

        assertEquals(OperationState.REFUSED, busy.state());
        assertEquals(OperationState.REFUSED, bare.state());
        assertEquals(OperationState.REFUSED, alive.state());
    }
}
