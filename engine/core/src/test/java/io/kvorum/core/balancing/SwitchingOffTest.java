package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.BalancingPlan.SwitchState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.PowerSavingPolicy;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PlanReview;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Hosts that nobody needs are switched off, but for those that are an operator's. */
@NullUnmarked
class SwitchingOffTest extends SavingClusters {

    @Test
    void emptiesAHostThatHasLittleToDoAndSwitchesItOff() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 2), vm("c", "h3", 0.1, 2));

        measure(cluster, LONG);

        BalancingPlan plan = cluster.balancingPlans().getFirst();
        assertEquals(PlanState.DONE, plan.state(), cluster.log.toString());
        assertEquals("1 moved, 1 switched off.", plan.outcome());
        assertEquals(MovePurpose.EMPTY_HOST, plan.moves().getFirst().purpose());
        assertEquals(1, asleep(cluster).size(), cluster.log.toString());
        assertEquals(2, on(cluster).size());
        assertTrue(cluster.vms().allMatch(vm -> vm.state() == VmState.UP));
        assertEquals(
                "host.asleep",
                cluster.codes().stream()
                        .filter("host.asleep"::equals)
                        .findFirst()
                        .orElse(""));
        assertNoAlarm(cluster);
    }

    @Test
    void twoHostsOfTheDataCenterStayOn() {
        TestCluster cluster = automatic(4);
        measure(cluster, Duration.ofMinutes(20));
        assertEquals(2, on(cluster).size());
        assertNoAlarm(cluster);
    }

    @Test
    void keepsHostsInReserve() {
        TestCluster cluster = of(
                cluster(BalancingMode.AUTOMATIC, new PowerSavingPolicy(20, 2, true), AdmissionMode.WARN),
                5,
                vm("a", "h1", 0.5, 2));
        measure(cluster, Duration.ofMinutes(20));
        assertEquals(3, on(cluster).size(), "one that works and two in reserve");
    }

    @Test
    void wakesAHostWhenTheReserveIsUsed() {
        Cluster policy = cluster(BalancingMode.AUTOMATIC, new PowerSavingPolicy(20, 1, true), AdmissionMode.WARN);
        TestCluster cluster = of(policy, 3, vm("a", "h1", 0.5, 30), vm("b", null, 0.5, 30), asleep("h3"));

        cluster.run(new Request.StartVm(Things.id("b"), null));
        measure(cluster, Duration.ofMinutes(1));

        assertEquals(List.of("h1", "h2", "h3"), on(cluster));
        assertEquals(HostState.UP, cluster.hostState("h3").state());
        assertNull(cluster.hostState("h3").status().sleep());
    }

    @Test
    void onlyMovesWhereHostsAreNotToBeSwitchedOff() {
        TestCluster cluster = of(
                cluster(BalancingMode.AUTOMATIC, new PowerSavingPolicy(20, 0, false), AdmissionMode.WARN),
                3,
                vm("a", "h1", 0.5, 2),
                vm("b", "h2", 0.1, 2));
        measure(cluster, LONG);
        assertEquals(List.of("h1", "h2", "h3"), on(cluster));
        assertEquals(cluster.whereRuns("a"), cluster.whereRuns("b"));
    }

    @Test
    void leavesAHostOnThatNobodyCouldSwitchOnAgain() {
        TestCluster cluster =
                automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 2), Things.powerless(Things.host("h3")));
        measure(cluster, LONG);
        assertTrue(on(cluster).contains("h3"));
    }

    @Test
    void leavesAHostOnThatRunsGuestsOfOthers() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 20));
        UUID stranger = Things.id("stranger");
        cluster.handle(new Event.VmSighted(
                Things.id("h3"),
                new VmSighting(stranger, "stranger", VmRunState.RUNNING, false),
                Event.Cause.STARTED,
                ""));
        measure(cluster, LONG);
        assertTrue(on(cluster).contains("h3"), cluster.log.toString());
    }

    /** Whose guest it is may be learned late, and forgotten before its end is told. */
    @Test
    void aGuestThatIsGoneIsGoneWhosesoeverItWas() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 2));
        for (boolean ours : List.of(true, false)) {
            UUID guest = Things.id("guest-" + ours);
            cluster.handle(new Event.VmSighted(
                    Things.id("h3"),
                    new VmSighting(guest, "guest", VmRunState.MIGRATING_IN, ours),
                    Event.Cause.UNKNOWN,
                    ""));
            cluster.handle(new Event.VmSighted(
                    Things.id("h3"), new VmSighting(guest, "guest", VmRunState.OFF, !ours), Event.Cause.STOPPED, ""));
        }

        measure(cluster, LONG);

        assertEquals(List.of("h3"), asleep(cluster), cluster.log.toString());
    }

    private static void stranger(TestCluster cluster, VmRunState state) {
        for (String host : List.of("h1", "h2", "h3")) {
            cluster.handle(new Event.VmSighted(
                    Things.id(host),
                    new VmSighting(Things.id("stranger-" + host), "stranger", state, false),
                    Event.Cause.UNKNOWN,
                    ""));
        }
    }

    private TestCluster emptiedBesideStrangers() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 2), vm("c", "h3", 0.1, 2));
        stranger(cluster, VmRunState.RUNNING);
        while (cluster.balancingPlans().isEmpty()
                || cluster.balancingPlans()
                        .getFirst()
                        .moves()
                        .getFirst()
                        .state()
                        .open()) {
            measure(cluster, Duration.ofSeconds(5));
        }
        return cluster;
    }

    @Test
    void aHostThatIsEmptyMayTakeAMomentToSaySo() {
        TestCluster cluster = emptiedBesideStrangers();
        measure(cluster, Duration.ofSeconds(20));
        assertEquals(List.of(), asleep(cluster));

        stranger(cluster, VmRunState.OFF);
        measure(cluster, Duration.ofSeconds(20));

        assertEquals(1, asleep(cluster).size(), cluster.log.toString());
        assertEquals(
                "1 moved, 1 switched off.", cluster.balancingPlans().getFirst().outcome());
    }

    @Test
    void aHostThatDoesNotBecomeEmptyIsLeftOn() {
        TestCluster cluster = emptiedBesideStrangers();
        BalancingPlan plan = cluster.balancingPlans().getFirst();

        measure(cluster, Duration.ofSeconds(75));

        BalancingPlan after = cluster.balancingPlans().stream()
                .filter(one -> one.id().equals(plan.id()))
                .findFirst()
                .orElseThrow();
        assertEquals("1 moved, 1 skipped to switch off.", after.outcome());
        assertTrue(after.switches().getFirst().note().contains("guests that Kvorum did not start"));
        assertEquals(3, on(cluster).size());
    }

    @Test
    void keepsWhatFailuresOfHostsWouldNeed() {
        TestCluster cluster = of(
                cluster(BalancingMode.AUTOMATIC, SAVING, AdmissionMode.WARN), 3, ha("a", "h1", 20), ha("b", "h2", 20));
        measure(cluster, LONG);
        assertEquals(List.of("h1", "h2", "h3"), on(cluster), "neither could take the other's VM");
    }

    @Test
    void aReviewedPlanSwitchesNothingOffBeforeItIsApproved() {
        TestCluster cluster = of(
                cluster(BalancingMode.REVIEW, SAVING, AdmissionMode.WARN),
                3,
                vm("a", "h1", 0.5, 2),
                vm("b", "h2", 0.5, 2));
        measure(cluster, LONG);
        BalancingPlan plan = cluster.balancingPlans().getFirst();
        assertEquals(PlanState.PROPOSED, plan.state());
        assertEquals("h3", plan.switches().getFirst().hostName());
        assertEquals(3, on(cluster).size());

        cluster.run(new Request.ReviewPlan(plan.id(), PlanReview.APPROVE, List.of(), null));
        measure(cluster, Duration.ofMinutes(1));

        assertTrue(asleep(cluster).contains("h3"), cluster.log.toString());
    }

    @Test
    void whatAnOperatorSwitchedOffIsNeverWoken() {
        TestCluster cluster = automatic(
                4,
                vm("a", "h1", 0.5, 30),
                vm("b", "h2", 0.5, 30),
                vm("c", null, 0.1, 30),
                Things.host("h4", HostState.MAINTENANCE));
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.PowerHost(Things.id("h3"), PowerTask.OFF))
                        .state());

        Operation end = cluster.run(new Request.StartVm(Things.id("c"), null));
        measure(cluster, Duration.ofMinutes(5));

        assertEquals(Problem.Type.NO_HOST, end.problem().type());
        assertFalse(cluster.host("h3").powered);
        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.PowerHost(Things.id("h3"), PowerTask.WAKE))
                        .state());
    }

    @Test
    void aHostThatSleepsAndIsSwitchedOffByAnOperatorIsTheirs() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 30), vm("c", null, 0.1, 30), asleep("h3"));
        cluster.run(new Request.PowerHost(Things.id("h3"), PowerTask.OFF));
        assertEquals(HostState.DOWN, cluster.hostState("h3").state());
        assertFalse(cluster.hostState("h3").sleeps());

        TestCluster maintained = automatic(3, vm("a", "h1", 0.5, 30), asleep("h3"));
        maintained.run(new Request.MaintainHost(Things.id("h3")));
        assertEquals(HostState.MAINTENANCE, maintained.hostState("h3").state());
        assertFalse(maintained.hostState("h3").sleeps());
    }

    @Test
    void aHostThatSomebodySwitchesOnIsTakenBack() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 2), asleep("h3"));
        measure(cluster, Duration.ofMinutes(1));

        cluster.host("h3").bootAgain();
        measure(cluster, Duration.ofSeconds(30));

        assertEquals(HostState.UP, cluster.hostState("h3").state());
        assertNull(cluster.hostState("h3").status().sleep());
        assertNoAlarm(cluster);
    }

    @Test
    void aBmcThatDoesNotAnswerLeavesTheHostOn() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 2));
        cluster.host("h3").bmcBroken = true;
        measure(cluster, Duration.ofMinutes(4));
        assertEquals(HostState.UP, cluster.hostState("h3").state());
        assertTrue(cluster.balancingPlans().stream()
                .flatMap(plan -> plan.switches().stream())
                .anyMatch(one -> one.state() == SwitchState.FAILED));
        assertNoAlarm(cluster);
    }

    @Test
    void anotherLeaderGoesOnAndNothingIsDoneTwice() {
        for (int crash = 1; crash <= 14; crash++) {
            TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 2), vm("b", "h2", 0.5, 2), vm("c", "h3", 0.1, 2));
            while (cluster.balancingPlans().isEmpty()) {
                measure(cluster, Duration.ofSeconds(5));
            }
            cluster.crashAtPersist(crash, crash % 2 == 0);
            measure(cluster, LONG);
            assertEquals(1, asleep(cluster).size(), "crash " + crash + ": " + cluster.log);
            assertEquals(2, on(cluster).size());
            assertTrue(cluster.openOperations().isEmpty());
            assertNoAlarm(cluster);
        }
    }
}
