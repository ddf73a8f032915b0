package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.RollingMaintenance.HostStep;
import io.kvorum.core.inventory.RollingMaintenance.HostTask;
import io.kvorum.core.inventory.RollingMaintenance.PlanHost;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PlanReview;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Hosts are maintained one after the other, and no VM pays for it. */
@NullUnmarked
class RollingMaintenanceTest {

    private static final UUID PLAN = Things.id("plan");

    private static TestCluster cluster(AdmissionMode mode, int hosts, Vm... vms) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), Things.store(), Things.network()));
        all.add(Things.cluster()
                .with(new AdmissionPolicy(mode, 1))
                .with(new BalancingPolicy(BalancingMode.OFF, 1, 90, 95, 2, 8)));
        for (int i = 1; i <= hosts; i++) {
            all.add(Things.host("h" + i));
        }
        all.addAll(List.of(vms));
        return new TestCluster(Settings.DEFAULT, all);
    }

    private static Vm vm(String name, String host, int gib) {
        return Things.on(
                Things.vm(Things.spec(name, false, Priority.LOW, MigrationMode.ALLOWED, gib * Things.GIB)), host);
    }

    private static Vm ha(String name, String host, int gib) {
        return Things.on(
                Things.vm(Things.spec(name, true, Priority.LOW, MigrationMode.ALLOWED, gib * Things.GIB)), host);
    }

    private static TestCluster three() {
        return cluster(AdmissionMode.WARN, 3, vm("a", "h1", 4), vm("b", "h1", 4), vm("c", "h2", 4), vm("d", "h3", 4));
    }

    private static Operation begin(TestCluster cluster, HostTask task, int atOnce, String... hosts) {
        List<UUID> ids = List.of(hosts).stream().map(Things::id).toList();
        return cluster.run(new Request.MaintainCluster(PLAN, Things.CLUSTER, task, atOnce, ids));
    }

    private static Operation review(TestCluster cluster, PlanReview review) {
        return cluster.run(new Request.ReviewPlan(PLAN, review, List.of(), null));
    }

    private static BalancingPlan plan(TestCluster cluster) {
        return cluster.balancingPlans().getFirst();
    }

    private static PlanHost at(TestCluster cluster, String host) {
        return Objects.requireNonNull(plan(cluster).rolling()).host(Things.id(host));
    }

    private static long away(TestCluster cluster) {
        return cluster.storedHosts()
                .filter(host -> host.state() != HostState.UP)
                .count();
    }

    private static void assertAllRun(TestCluster cluster) {
        cluster.vms().forEach(vm -> assertEquals(1, cluster.whereRuns(vm.name()).size(), vm.name()));
    }

    @Test
    void eachHostWaitsForItsOperatorAndTheNextForIt() {
        TestCluster cluster = three();
        assertEquals(
                OperationState.SUCCEEDED,
                begin(cluster, HostTask.WAIT_FOR_OPERATOR, 1).state());

        for (String host : List.of("h1", "h2", "h3")) {
            cluster.advance(Duration.ofMinutes(5));
            assertEquals(HostState.MAINTENANCE, cluster.hostState(host).state(), host);
            assertEquals(HostStep.IN_MAINTENANCE, at(cluster, host).step());
            assertEquals(1, away(cluster));
            assertAllRun(cluster);
            cluster.run(new Request.ActivateHost(Things.id(host)));
        }
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(PlanState.DONE, plan(cluster).state());
        assertEquals("3 done, 0 failed, 0 skipped.", plan(cluster).outcome());
        assertEquals(0, away(cluster));
    }

    @Test
    void rebootsAllHostsNoMoreAtOnceThanItMayAlsoUnderNewLeaders() {
        for (int everySeconds : new int[] {0, 13, 40}) {
            TestCluster cluster = three();
            begin(cluster, HostTask.REBOOT, 1, "h3", "h1", "h2");
            int seconds = 0;
            while (plan(cluster).open() && seconds < 3600) {
                cluster.advance(Duration.ofSeconds(1));
                seconds++;
                if (everySeconds > 0 && seconds % everySeconds == 0) {
                    cluster.newLeader();
                }
                assertTrue(away(cluster) <= 1, "at second " + seconds);
                assertAllRun(cluster);
            }
            assertEquals("3 done, 0 failed, 0 skipped.", plan(cluster).outcome(), cluster.log.toString());
            for (String host : List.of("h1", "h2", "h3")) {
                assertEquals("boot-1", cluster.host(host).bootId());
                assertEquals(HostState.UP, cluster.hostState(host).state());
            }
            assertEquals(
                    0,
                    cluster.codes().stream().filter("host.fence_failed"::equals).count());
        }
    }

    @Test
    void upgradesAllHostsAndRebootsThoseThatWantItAlsoUnderNewLeaders() {
        for (int everySeconds : new int[] {0, 13, 40}) {
            TestCluster cluster = three();
            cluster.host("h2").upgradeWantsReboot = true;
            begin(cluster, HostTask.UPGRADE, 1);
            int seconds = 0;
            while (plan(cluster).open() && seconds < 3600) {
                cluster.advance(Duration.ofSeconds(1));
                seconds++;
                if (everySeconds > 0 && seconds % everySeconds == 0) {
                    cluster.newLeader();
                }
                assertTrue(away(cluster) <= 1, "at second " + seconds);
                assertAllRun(cluster);
            }
            assertEquals("3 done, 0 failed, 0 skipped.", plan(cluster).outcome(), cluster.log.toString());
            for (String host : List.of("h1", "h2", "h3")) {
                assertEquals(1, cluster.host(host).upgrades, host);
                assertEquals(
                        host.equals("h2") ? "boot-1" : "boot-0",
                        cluster.host(host).bootId());
                assertEquals(HostState.UP, cluster.hostState(host).state());
            }
        }
    }

    @Test
    void anUpgradeThatFailsPausesThePlan() {
        TestCluster cluster = three();
        cluster.host("h1").habit(AgentCommand.UpgradeHost.class, Habit.FAIL);
        begin(cluster, HostTask.UPGRADE, 1);
        cluster.advance(Duration.ofMinutes(30));

        assertEquals(PlanState.PAUSED, plan(cluster).state());
        assertEquals(HostStep.FAILED, at(cluster, "h1").step());
        assertTrue(
                at(cluster, "h1").note().contains("told to fail"),
                at(cluster, "h1").note());
        assertEquals(HostState.MAINTENANCE, cluster.hostState("h1").state(), "nobody knows what it is like");
        assertEquals(HostStep.PLANNED, at(cluster, "h2").step());
    }

    @Test
    void anUpgradedHostThatWantsARebootAndHasNoPowerManagementWaitsForIt() {
        List<Entity> all = new ArrayList<>(
                List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network(), Things.host("h1")));
        all.add(Things.powerless(Things.host("h2")));
        TestCluster cluster = new TestCluster(Settings.DEFAULT, all);
        cluster.host("h2").upgradeWantsReboot = true;
        begin(cluster, HostTask.UPGRADE, 1, "h2");
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(HostStep.IN_MAINTENANCE, at(cluster, "h2").step());
        assertTrue(
                at(cluster, "h2").note().contains("wants a reboot"),
                at(cluster, "h2").note());
        cluster.run(new Request.ActivateHost(Things.id("h2")));
        cluster.advance(Duration.ofMinutes(1));
        assertEquals(PlanState.DONE, plan(cluster).state());
    }

    @Test
    void onlyAHostInMaintenanceIsUpgraded() {
        TestCluster cluster = three();
        Operation refused = cluster.run(new Request.UpgradeHost(Things.id("h1")));
        assertEquals(Problem.Type.CONFLICT, refused.problem().type());

        cluster.run(new Request.MaintainHost(Things.id("h1")));
        cluster.advance(Duration.ofMinutes(1));
        cluster.submit(new Request.UpgradeHost(Things.id("h1")));
        cluster.advance(Duration.ofSeconds(5));
        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.ActivateHost(Things.id("h1"))).state(),
                "not while it is upgraded");
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(1, cluster.host("h1").upgrades);
        assertTrue(cluster.codes().contains("host.upgraded"));
        assertEquals(HostState.MAINTENANCE, cluster.hostState("h1").state());
    }

    @Test
    void twoAtOnceAreTwoAtOnce() {
        TestCluster cluster = cluster(AdmissionMode.OFF, 4, vm("a", "h1", 4), vm("b", "h2", 4));
        begin(cluster, HostTask.WAIT_FOR_OPERATOR, 2);

        cluster.advance(Duration.ofMinutes(5));

        assertEquals(2, away(cluster));
        assertEquals(HostStep.PLANNED, at(cluster, "h3").step());
    }

    @Test
    void aHostWhoseVmsFindNoRoomWaitsUntilTheyDo() {
        TestCluster cluster = cluster(AdmissionMode.OFF, 2, vm("big", "h1", 20), vm("other", "h2", 20));
        begin(cluster, HostTask.WAIT_FOR_OPERATOR, 1);
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(0, away(cluster));
        assertEquals("No other host could take VM big.", at(cluster, "h1").note());
        assertEquals(
                1,
                cluster.codes().stream()
                        .filter("balancing.host_cannot_leave"::equals)
                        .count(),
                "it is said once");

        cluster.run(new Request.StopVm(Things.id("other"), true));
        cluster.advance(Duration.ofMinutes(3));
        assertEquals(HostStep.IN_MAINTENANCE, at(cluster, "h1").step());
        assertEquals(List.of("h2"), cluster.whereRuns("big"));
    }

    @Test
    void noHostLeavesAfterWhichFewerVmsWouldSurviveWhereAdmissionControlIsEnforced() {
        Vm[] vms = {ha("a", "h1", 14), ha("b", "h2", 14), ha("c", "h3", 14)};
        TestCluster enforced = cluster(AdmissionMode.ENFORCE, 3, vms);
        begin(enforced, HostTask.WAIT_FOR_OPERATOR, 1);
        enforced.advance(Duration.ofMinutes(10));
        assertEquals(0, away(enforced));
        assertTrue(
                at(enforced, "h1").note().contains("could not be restarted"),
                at(enforced, "h1").note());

        TestCluster warned = cluster(AdmissionMode.WARN, 3, vms);
        begin(warned, HostTask.WAIT_FOR_OPERATOR, 1);
        warned.advance(Duration.ofMinutes(10));
        assertEquals(1, away(warned));
    }

    @Test
    void aFailurePausesThePlanAndAnOperatorResumesIt() {
        TestCluster cluster = three();
        cluster.host("h1").bmcBroken = true;
        begin(cluster, HostTask.REBOOT, 1);
        cluster.advance(Duration.ofMinutes(30));

        assertEquals(PlanState.PAUSED, plan(cluster).state());
        assertEquals(HostStep.FAILED, at(cluster, "h1").step());
        assertNotNull(at(cluster, "h1").note());
        assertEquals(HostStep.PLANNED, at(cluster, "h2").step());
        assertEquals(HostState.MAINTENANCE, cluster.hostState("h1").state());

        review(cluster, PlanReview.RESUME);
        cluster.advance(Duration.ofMinutes(30));
        assertEquals("2 done, 1 failed, 0 skipped.", plan(cluster).outcome());
        assertAllRun(cluster);
    }

    @Test
    void whatOthersAskOfAHostMeanwhileIsNoFailureOfThePlan() {
        TestCluster cluster = three();
        begin(cluster, HostTask.REBOOT, 1);
        cluster.until(Duration.ofMinutes(10), now -> plan(now).rolling().count(HostStep.REBOOTING) == 1);

        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.MaintainHost(Things.id("h1"))).state());
        cluster.advance(Duration.ofHours(1));

        assertEquals("3 done, 0 failed, 0 skipped.", plan(cluster).outcome());
    }

    @Test
    void pausedItBeginsNothingAndAbortedItEnds() {
        TestCluster cluster = three();
        begin(cluster, HostTask.WAIT_FOR_OPERATOR, 1);
        cluster.advance(Duration.ofMinutes(5));
        review(cluster, PlanReview.PAUSE);
        cluster.run(new Request.ActivateHost(Things.id("h1")));
        cluster.advance(Duration.ofMinutes(5));
        assertEquals(HostStep.DONE, at(cluster, "h1").step());
        assertEquals(0, away(cluster));

        review(cluster, PlanReview.RESUME);
        cluster.advance(Duration.ofMinutes(5));
        assertEquals(HostStep.IN_MAINTENANCE, at(cluster, "h2").step());
        review(cluster, PlanReview.ABORT);
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(PlanState.ABORTED, plan(cluster).state());
        assertEquals(HostStep.SKIPPED, at(cluster, "h2").step());
        assertEquals(HostState.MAINTENANCE, cluster.hostState("h2").state(), "it stays with its operator");
        assertEquals(HostState.UP, cluster.hostState("h3").state());
        assertEquals(OperationState.REFUSED, review(cluster, PlanReview.RESUME).state());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        TestCluster cluster = cluster(AdmissionMode.OFF, 3, vm("a", "h1", 4));
        for (Operation refused : List.of(
                begin(cluster, HostTask.WAIT_FOR_OPERATOR, 0),
                begin(cluster, HostTask.WAIT_FOR_OPERATOR, 3),
                begin(cluster, HostTask.WAIT_FOR_OPERATOR, 1, "nobody"),
                begin(cluster, HostTask.WAIT_FOR_OPERATOR, 1, "h1", "h1"))) {
            assertEquals(OperationState.REFUSED, refused.state());
            assertEquals(Problem.Type.INVALID, refused.problem().type());
        }
        assertEquals(List.of(), cluster.balancingPlans());

        begin(cluster, HostTask.WAIT_FOR_OPERATOR, 1);
        Operation second = cluster.run(new Request.MaintainCluster(
                Things.id("second"), Things.CLUSTER, HostTask.WAIT_FOR_OPERATOR, 1, List.of()));
        assertEquals(Problem.Type.CONFLICT, second.problem().type());
        assertEquals(OperationState.REFUSED, review(cluster, PlanReview.APPROVE).state());
    }

    @Test
    void aHostWithoutPowerManagementIsNotRebooted() {
        List<Entity> all = new ArrayList<>(
                List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network(), Things.host("h1")));
        Host powerless = Things.powerless(Things.host("h2"));
        all.add(powerless);
        TestCluster cluster = new TestCluster(Settings.DEFAULT, all);

        Operation refused = begin(cluster, HostTask.REBOOT, 1);

        assertEquals(OperationState.REFUSED, refused.state());
        assertTrue(refused.problem().detail().contains("h2"), refused.problem().detail());
    }
}
