package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.PowerSavingPolicy;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Sleep;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.RollingMaintenance.HostStep;
import io.kvorum.core.inventory.RollingMaintenance.HostTask;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Where the VMs of a host that is emptied find no room, hosts that power saving switched off are woken for them. */
@NullUnmarked
class DrainWakingTest {

    private static final Request.MaintainHost DRAIN = new Request.MaintainHost(Things.id("h1"));

    /** h1, h2 and h3 are on, and full but for h1, which has a VM of 20 GiB and one of 2; those given besides. */
    private static TestCluster cluster(Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(
                Things.dataCenter(),
                Things.store(),
                Things.network(),
                Things.cluster()
                        .with(new SchedulingPolicy(PolicyName.POWER_SAVING, 80, 2, 100))
                        .with(new BalancingPolicy(BalancingMode.OFF, 1, 90, 95, 2, 8))
                        .with(new PowerSavingPolicy(20, 0, true)),
                Things.host("h1"),
                Things.host("h2"),
                Things.host("h3"),
                vm("large", "h1", 20),
                vm("small", "h1", 2),
                vm("b", "h2", 24),
                vm("c", "h3", 24)));
        all.addAll(List.of(more));
        return new TestCluster(Settings.DEFAULT, all);
    }

    private static Vm vm(String name, String host, int gib) {
        return Things.on(
                Things.vm(Things.spec(name, false, Priority.LOW, MigrationMode.ALLOWED, gib * Things.GIB)), host);
    }

    private static Host asleep(String name) {
        return Things.host(name).asleep(new Sleep(Instant.EPOCH, null, null), "Switched off to save power.");
    }

    private static long count(TestCluster cluster, String code) {
        return cluster.codes().stream().filter(code::equals).count();
    }

    @Test
    void aHostIsWokenForWhatFitsNowhereAndTheDrainGoesOn() {
        TestCluster cluster = cluster(asleep("h4"), asleep("h5"));

        Operation end = cluster.run(DRAIN);

        assertEquals(OperationState.SUCCEEDED, end.state(), cluster.log.toString());
        assertEquals(HostState.MAINTENANCE, cluster.hostState("h1").state());
        assertEquals(List.of("h4"), cluster.whereRuns("large"));
        assertEquals(1, cluster.whereRuns("small").size());
        assertEquals(1, count(cluster, "host.woken"), "h5 is not needed");
        assertTrue(cluster.hostState("h5").sleeps());
    }

    @Test
    void nothingHoldsTheVmsWhileTheyWait() {
        TestCluster cluster = cluster(asleep("h4"));
        cluster.host("h4").bmcBroken = true;
        UUID drain = cluster.submit(DRAIN);
        cluster.advance(Duration.ofMinutes(1));
        assertFalse(cluster.ended.containsKey(drain));
        assertTrue(cluster.openOperations().stream()
                .noneMatch(operation -> operation.about().kind() == Kind.VM));

        cluster.host("h1").guest(Things.id("large"), VmRunState.OFF, Cause.SHUTDOWN);
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(VmState.DOWN, cluster.vm("large").state());
        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(drain).state(), cluster.log.toString());
    }

    @Test
    void itEndsInWordsIfNoHostWakes() {
        TestCluster cluster = cluster(asleep("h4"));
        cluster.host("h4").bmcBroken = true;
        Instant before = cluster.now().instant();

        Operation end = cluster.run(DRAIN);

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(end.problem().detail().contains("large"), end.toString());
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        Duration took = Duration.between(before, cluster.now().instant());
        assertTrue(
                took.compareTo(Duration.ofMinutes(15)) > 0 && took.compareTo(Duration.ofMinutes(17)) < 0,
                took.toString());
        cluster.advance(Duration.ofMinutes(3));
        cluster.assertAtRest();
    }

    @Test
    void itDoesNotWaitForWhatWouldNotHelp() {
        TestCluster cluster = cluster(vm("huge", "h1", 40), asleep("h4"));
        Instant before = cluster.now().instant();

        Operation end = cluster.run(DRAIN);

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(end.problem().detail().contains("huge"), end.toString());
        assertTrue(Duration.between(before, cluster.now().instant()).compareTo(Duration.ofMinutes(2)) < 0);
    }

    @Test
    void whatAnOperatorSwitchedOffIsNotWoken() {
        TestCluster cluster = cluster(Things.host("h4"));
        cluster.run(new Request.PowerHost(Things.id("h4"), PowerTask.OFF));

        Operation end = cluster.run(DRAIN);
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(OperationState.FAILED, end.state());
        assertFalse(cluster.host("h4").powered);
        assertEquals(0, count(cluster, "host.woken"));
    }

    @Test
    void itIsCalledOffWhileItWaits() {
        TestCluster cluster = cluster(asleep("h4"));
        cluster.host("h4").bmcBroken = true;
        UUID drain = cluster.submit(DRAIN);
        cluster.advance(Duration.ofMinutes(1));

        cluster.cancel(drain);

        assertEquals(OperationState.CANCELLED, cluster.ended.get(drain).state());
        assertEquals(HostState.UP, cluster.hostState("h1").state());
    }

    @Test
    void anotherLeaderWaitsOn() {
        TestCluster cluster = cluster(asleep("h4"));
        cluster.host("h4").bmcBroken = true;
        UUID drain = cluster.submit(DRAIN);
        cluster.advance(Duration.ofMinutes(1));

        cluster.newLeader();
        cluster.host("h4").bmcBroken = false;
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(drain).state(), cluster.log.toString());
        assertEquals(List.of("h4"), cluster.whereRuns("large"));
    }

    @Test
    void aRollingMaintenanceBeginsWithAHostWhoseVmsAWokenOneTakes() {
        TestCluster cluster = cluster(asleep("h4"));
        UUID plan = Things.id("plan");

        cluster.run(new Request.MaintainCluster(
                plan, Things.CLUSTER, HostTask.WAIT_FOR_OPERATOR, 1, List.of(Things.id("h1"))));
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(
                HostStep.IN_MAINTENANCE,
                Objects.requireNonNull(cluster.balancingPlans().getFirst().rolling())
                        .host(Things.id("h1"))
                        .step(),
                cluster.log.toString());
        assertEquals(List.of("h4"), cluster.whereRuns("large"));
    }
}
