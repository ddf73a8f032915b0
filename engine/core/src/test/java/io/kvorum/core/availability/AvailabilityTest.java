package io.kvorum.core.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class AvailabilityTest {

    private static final UUID VM = Things.id("v");

    private static TestCluster haOnH1() {
        return TestCluster.of(3, Things.on(Things.ha("v"), "h1"));
    }

    private static long fences(TestCluster cluster) {
        return cluster.sent.stream()
                .filter(command -> command.command() instanceof AgentCommand.PowerControl control
                        && control.action() == AgentCommand.PowerAction.OFF)
                .count();
    }

    @Test
    void silenceLeavesEverythingInDoubtAndRestartsNothing() {
        TestCluster cluster = haOnH1();
        cluster.host("h1").bmcBroken = true;

        cluster.host("h1").cut = true;
        cluster.advance(Duration.ofMinutes(30));

        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("h1").state());
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        assertTrue(cluster.starts.isEmpty());
    }

    @Test
    void restartsHighestPriorityFirstAndOnceOnly() {
        TestCluster cluster = TestCluster.of(
                3,
                Things.on(Things.ha("a-low", Priority.LOW), "h1"),
                Things.on(Things.ha("b-high", Priority.HIGH), "h1"),
                Things.on(Things.ha("c-medium", Priority.MEDIUM), "h1"),
                Things.on(Things.vm("plain"), "h1"));

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(2));

        List<String> order = cluster.sent.stream()
                .filter(command -> command.command() instanceof AgentCommand.EnsureNetwork)
                .map(command -> cluster.ended.get(command.operationId()).about().name())
                .toList();
        assertEquals(List.of("b-high", "c-medium", "a-low"), order);
        assertTrue(cluster.starts.values().stream().allMatch(count -> count == 1));
        assertEquals(VmState.DOWN, cluster.vm("plain").state());
        assertTrue(cluster.log.stream()
                .anyMatch(entry ->
                        entry.code().equals("vm.down") && entry.message().contains("plain")));
    }

    @Test
    void withoutPowerManagementNothingIsRestartedUntilSomebodyConfirms() {
        TestCluster cluster =
                TestCluster.of(2, Things.powerless(Things.host("bare")), Things.on(Things.ha("v"), "bare"));

        cluster.host("bare").losePower();
        cluster.advance(Duration.ofHours(2));
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        Operation wrong = cluster.run(new Request.ConfirmHostDown(Things.id("bare"), "h1"));
        Operation right = cluster.run(new Request.ConfirmHostDown(Things.id("bare"), "bare"));
        cluster.advance(Duration.ofSeconds(10));

        assertEquals("hostName", wrong.problem().errors().getFirst().field());
        assertEquals(OperationState.SUCCEEDED, right.state());
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void fencesNobodyWhileOverHalfAreSilent() {
        TestCluster cluster = haOnH1();

        cluster.host("h1").cut = true;
        cluster.host("h2").cut = true;
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(0, fences(cluster));
        assertEquals(
                1, cluster.codes().stream().filter("host.not_fenced"::equals).count() / 2);
        cluster.host("h2").cut = false;
        cluster.advance(Duration.ofMinutes(1));
        assertEquals(HostState.UP, cluster.hostState("h2").state());
        assertTrue(fences(cluster) > 0);
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void fencesNobodyWhileOthersAreFallingSilent() {
        TestCluster cluster = haOnH1();

        cluster.host("h1").cut = true;
        cluster.advance(Duration.ofMillis(1500));
        cluster.host("h2").cut = true;
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(0, fences(cluster));
    }

    @Test
    void oneLateHeartbeatIsNoReasonToAskForAHost() {
        Settings slow = Settings.DEFAULT.withLiveness(Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ZERO);

        assertEquals(Duration.ofSeconds(3), slow.suspicion());
        assertEquals(Duration.ofSeconds(2), Settings.DEFAULT.suspicion());
        assertThrows(
                IllegalArgumentException.class,
                () -> slow.withLiveness(Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ZERO));
    }

    @Test
    void heartbeatsThatWaitForABusyLeaderAreNoSilence() {
        TestCluster cluster = haOnH1();

        cluster.heartbeatsWait = true;
        cluster.advance(Duration.ofMinutes(1));
        assertEquals(0, cluster.codes().stream().filter("host.silent"::equals).count());
        cluster.host("h1").cut = true;
        cluster.until(Duration.ofSeconds(20), c -> c.hostState("h1").state() != HostState.UP);

        assertEquals(1, cluster.codes().stream().filter("host.silent"::equals).count());
    }

    @Test
    void ofVeryManyVmsThatFellEachIsRestartedOnce() {
        List<Entity> vms = IntStream.range(0, 450)
                .mapToObj(i -> Things.spec("v" + i, true, Priority.MEDIUM, MigrationMode.ALLOWED, 16L << 20))
                .<Entity>map(spec -> Things.on(Things.vm(spec), "h1"))
                .toList();
        TestCluster cluster = TestCluster.of(3, vms.toArray(Entity[]::new));

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(450, cluster.starts.size());
        assertTrue(cluster.starts.values().stream().allMatch(starts -> starts == 1));
    }

    @Test
    void aHostThatIsHeardInTimeIsNotFenced() {
        Settings patient =
                Settings.DEFAULT.withLiveness(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofSeconds(1));
        TestCluster cluster = TestCluster.of(patient, 3, Things.on(Things.ha("v"), "h1"));

        cluster.host("h1").cut = true;
        cluster.until(Duration.ofSeconds(10), c -> c.hostState("h1").state() == HostState.NON_RESPONSIVE);
        cluster.host("h1").cut = false;
        cluster.advance(Duration.ofSeconds(30));

        assertEquals(0, fences(cluster));
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void aHostThatIsHeardWhileItsBmcFailsIsLeftAlone() {
        TestCluster cluster = haOnH1();
        cluster.host("h1").bmcBroken = true;
        cluster.host("h2").habit(AgentCommand.PowerControl.class, Habit.SWALLOW);
        cluster.host("h1").cut = true;
        cluster.until(Duration.ofSeconds(20), c -> c.hostState("h1").state() == HostState.FENCING);

        cluster.host("h1").cut = false;
        cluster.host("h1").bmcBroken = false;
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(1, fences(cluster));
        assertTrue(cluster.host("h1").powered);
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void aFailedFenceIsTriedAgain() {
        TestCluster cluster = haOnH1();
        cluster.host("h1").bmcBroken = true;
        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(3));
        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("h1").state());

        cluster.host("h1").bmcBroken = false;
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void aQuickRebootIsNoticedByTheMissingVms() {
        TestCluster cluster = haOnH1();

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofSeconds(2));
        cluster.host("h1").bootAgain();
        cluster.advance(Duration.ofSeconds(20));

        assertEquals(1, cluster.starts.get(VM));
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertTrue(cluster.codes().contains("host.rebooted"));
    }
}
