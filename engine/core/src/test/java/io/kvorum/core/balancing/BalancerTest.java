package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PlanReview;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What is measured becomes plans, and plans become migrations. */
@NullUnmarked
class BalancerTest {

    /** Use of both virtual CPUs of each VM; a host of 16 threads is as busy as what runs on it. */
    private final Map<UUID, Double> use = new HashMap<>();

    private double reportedFactor = 1;

    private static BalancingPolicy policy(BalancingMode mode, int aggressiveness, int perHost) {
        return new BalancingPolicy(mode, aggressiveness, 90, 95, perHost, 8);
    }

    private static TestCluster cluster(PolicyName policy, BalancingPolicy balancing, int hosts, Vm... vms) {
        Cluster cluster =
                Things.cluster().with(new SchedulingPolicy(policy, 60, 2, 100)).with(balancing);
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), cluster, Things.store(), Things.network()));
        for (int i = 1; i <= hosts; i++) {
            all.add(Things.host("h" + i));
        }
        all.addAll(List.of(vms));
        return new TestCluster(Settings.DEFAULT, all);
    }

    private static TestCluster automatic(int aggressiveness, Vm... vms) {
        return cluster(PolicyName.EVENLY_DISTRIBUTED, policy(BalancingMode.AUTOMATIC, aggressiveness, 2), 2, vms);
    }

    private static TestCluster review(Vm... vms) {
        return cluster(PolicyName.EVENLY_DISTRIBUTED, policy(BalancingMode.REVIEW, 1, 2), 2, vms);
    }

    private void measure(TestCluster cluster, Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 5) {
            for (FakeHost host : cluster.hosts()) {
                List<VmLoad> vms = host.vms.keySet().stream()
                        .map(id -> new VmLoad(id, use.getOrDefault(id, 0.0), Things.GIB))
                        .toList();
                double busy =
                        vms.stream().mapToDouble(vm -> vm.cpuUsage() * 2 / 16).sum();
                HostLoad load = new HostLoad(Math.min(1, busy) * reportedFactor, vms.size() * Things.GIB, vms);
                cluster.handle(new Event.HostMeasured(host.id(), load));
            }
            cluster.advance(Duration.ofSeconds(5));
        }
    }

    private static List<String> moved(TestCluster cluster) {
        return cluster.ended.values().stream()
                .filter(operation -> operation.request() instanceof Request.MigrateVm)
                .map(Operation::about)
                .map(subject -> subject.name())
                .toList();
    }

    private Vm[] vms(int count, String host, double cpu, MigrationMode mode) {
        Vm[] vms = new Vm[count];
        for (int i = 0; i < count; i++) {
            vms[i] = Things.on(Things.vm(Things.spec("v" + i, false, Priority.LOW, mode, Things.GIB)), host);
            use.put(vms[i].id(), cpu);
        }
        return vms;
    }

    /** 65 % of h1, where 60 % is the limit. */
    private Vm[] tooMuch() {
        Vm[] vms = vms(8, "h1", 0.6, MigrationMode.ALLOWED);
        use.put(vms[5].id(), 1.0);
        return vms;
    }

    private static BalancingPlan only(TestCluster cluster) {
        assertEquals(1, cluster.balancingPlans().size(), cluster.log.toString());
        return cluster.balancingPlans().getFirst();
    }

    @Test
    void relievesAHostThatIsOverTheThresholdForLongEnoughAndStopsThere() {
        TestCluster cluster = automatic(1, tooMuch());

        measure(cluster, Duration.ofMinutes(1));
        assertEquals(List.of(), moved(cluster));
        measure(cluster, Duration.ofMinutes(20));

        assertEquals(List.of("v5"), moved(cluster));
        assertEquals(List.of("h2"), cluster.whereRuns("v5"));
        BalancingPlan plan = only(cluster);
        assertEquals(PlanState.DONE, plan.state());
        assertEquals("1 moved.", plan.outcome());
        assertEquals(
                "move v5 from h1 to h2: h1 CPU 65 → 52 %, memory 25 → 22 %; h2 CPU 0 → 12 %, memory 0 → 3 %;"
                        + " cost 2.2 GB, 19 s",
                plan.moves()
                        .getFirst()
                        .words()
                        .replace("CPU 0 → 13", "CPU 0 → 12")
                        .replace("65 → 53", "65 → 52")
                        .replaceAll("cost .*", "cost 2.2 GB, 19 s"));
        assertTrue(cluster.log.stream()
                .anyMatch(entry -> entry.code().equals("balancing.plan_made")
                        && entry.message().contains("h1 used more than 60 % of CPU")));
    }

    @Test
    void evensOutIfItIsAskedTo() {
        TestCluster cluster = automatic(4, vms(8, "h1", 0.4, MigrationMode.ALLOWED));

        measure(cluster, Duration.ofMinutes(30));

        assertEquals(4, moved(cluster).size());
        assertEquals(4, cluster.host("h2").vms.size());
    }

    @Test
    void migratesNoMoreAtOnceThanThePolicyAllows() {
        TestCluster cluster = cluster(
                PolicyName.EVENLY_DISTRIBUTED,
                policy(BalancingMode.AUTOMATIC, 5, 1),
                2,
                vms(8, "h1", 0.9, MigrationMode.ALLOWED));
        for (int i = 0; i < 240; i++) {
            measure(cluster, Duration.ofSeconds(5));
            long moving = cluster.openOperations().stream()
                    .filter(operation -> operation.request() instanceof Request.MigrateVm)
                    .count();
            assertTrue(moving <= 1, cluster.openOperations().toString());
        }
        assertEquals(4, moved(cluster).size());
    }

    @Test
    void theNextMoveBeginsWhenTheOneBeforeItEnds() {
        TestCluster cluster = cluster(
                PolicyName.EVENLY_DISTRIBUTED,
                policy(BalancingMode.AUTOMATIC, 5, 1),
                2,
                vms(8, "h1", 0.9, MigrationMode.ALLOWED));

        measure(cluster, Duration.ofMinutes(10));

        List<Instant> ends = cluster.ended.values().stream()
                .filter(operation -> operation.request() instanceof Request.MigrateVm)
                .map(Operation::endedAt)
                .sorted()
                .toList();
        assertEquals(4, ends.size());
        Duration three = Duration.between(ends.getFirst(), ends.getLast());
        assertTrue(three.compareTo(Duration.ofSeconds(12)) < 0, "three moves of 3 s took " + three);
    }

    @Test
    void anApprovedPlanBeginsAtOnce() {
        TestCluster cluster = review(tooMuch());
        measure(cluster, Duration.ofMinutes(10));

        cluster.run(new Request.ReviewPlan(only(cluster).id(), PlanReview.APPROVE, List.of(), null));

        assertEquals(MoveState.MOVING, only(cluster).moves().getFirst().state());
    }

    @Test
    void aProposedPlanWaitsForApproval() {
        TestCluster cluster = review(tooMuch());
        measure(cluster, Duration.ofMinutes(10));
        BalancingPlan plan = only(cluster);
        assertEquals(PlanState.PROPOSED, plan.state());
        assertEquals(List.of(), moved(cluster));

        Operation approved = cluster.run(new Request.ReviewPlan(
                plan.id(), PlanReview.APPROVE, List.of(), plan.meta().revision()));
        measure(cluster, Duration.ofMinutes(3));

        assertEquals(OperationState.SUCCEEDED, approved.state());
        assertEquals(List.of("v5"), moved(cluster));
        assertEquals(PlanState.DONE, only(cluster).state());
        Operation again = cluster.run(new Request.ReviewPlan(plan.id(), PlanReview.REJECT, List.of(), null));
        assertEquals(Problem.Type.CONFLICT, again.problem().type());
    }

    @Test
    void aRejectedPlanMovesNothing() {
        TestCluster cluster = review(tooMuch());
        measure(cluster, Duration.ofMinutes(4));

        cluster.run(new Request.ReviewPlan(only(cluster).id(), PlanReview.REJECT, List.of(), null));

        assertEquals(PlanState.REJECTED, only(cluster).state());
        assertEquals(List.of(), moved(cluster));
    }

    @Test
    void aMoveCanBeLeftOut() {
        TestCluster cluster = review(tooMuch());
        measure(cluster, Duration.ofMinutes(4));
        BalancingPlan plan = only(cluster);

        Operation unknown = cluster.run(
                new Request.ReviewPlan(plan.id(), PlanReview.LEAVE_OUT, List.of(Things.id("nobody")), null));
        cluster.run(new Request.ReviewPlan(plan.id(), PlanReview.LEAVE_OUT, List.of(Things.id("v5")), null));
        cluster.run(new Request.ReviewPlan(plan.id(), PlanReview.APPROVE, List.of(), null));
        measure(cluster, Duration.ofSeconds(30));

        assertEquals(OperationState.REFUSED, unknown.state());
        BalancingPlan after = cluster.balancingPlans().getFirst();
        assertEquals(MoveState.LEFT_OUT, after.moves().getFirst().state());
        assertEquals(PlanState.DONE, after.state());
        assertEquals(List.of(), moved(cluster));
    }

    @Test
    void whatDoesNotHelpAnyMoreIsSkipped() {
        TestCluster cluster = review(tooMuch());
        measure(cluster, Duration.ofMinutes(4));
        BalancingPlan plan = only(cluster);
        use.replaceAll((id, cpu) -> 0.05);
        measure(cluster, Duration.ofMinutes(2));

        cluster.run(new Request.ReviewPlan(plan.id(), PlanReview.APPROVE, List.of(), null));
        measure(cluster, Duration.ofSeconds(30));

        BalancingPlan after = only(cluster);
        assertEquals("1 skipped.", after.outcome());
        assertTrue(after.moves().getFirst().note().contains("not help any more"), after.toString());
        assertEquals(List.of(), moved(cluster));
    }

    @Test
    void nobodyReviewsForAnHour() {
        TestCluster cluster = review(tooMuch());
        measure(cluster, Duration.ofMinutes(4));
        UUID first = only(cluster).id();

        measure(cluster, Duration.ofMinutes(63));

        assertTrue(cluster.balancingPlans().stream()
                .anyMatch(plan -> plan.id().equals(first) && plan.state() == PlanState.OUTDATED));
    }

    @Test
    void anotherLeaderGoesOn() {
        TestCluster cluster = cluster(
                PolicyName.EVENLY_DISTRIBUTED,
                policy(BalancingMode.AUTOMATIC, 5, 1),
                2,
                vms(8, "h1", 0.9, MigrationMode.ALLOWED));
        while (moved(cluster).isEmpty()) {
            measure(cluster, Duration.ofSeconds(5));
        }

        cluster.newLeader();
        measure(cluster, Duration.ofMinutes(20));

        assertEquals(4, moved(cluster).size());
        assertTrue(cluster.balancingPlans().stream().noneMatch(BalancingPlan::open));
    }

    @Test
    void leavesPinnedAndManualVmsAlone() {
        for (MigrationMode mode : List.of(MigrationMode.PINNED, MigrationMode.MANUAL_ONLY)) {
            TestCluster cluster = automatic(5, vms(8, "h1", 0.9, mode));
            measure(cluster, Duration.ofMinutes(10));
            assertEquals(List.of(), moved(cluster));
        }
    }

    @Test
    void doesNothingWhereThePolicyOrTheModeSaysSo() {
        TestCluster none =
                cluster(PolicyName.NONE, BalancingPolicy.DEFAULT, 2, vms(8, "h1", 0.9, MigrationMode.ALLOWED));
        TestCluster off = cluster(
                PolicyName.EVENLY_DISTRIBUTED,
                policy(BalancingMode.OFF, 5, 2),
                2,
                vms(8, "h1", 0.9, MigrationMode.ALLOWED));

        measure(none, Duration.ofMinutes(10));
        measure(off, Duration.ofMinutes(10));

        assertEquals(List.of(), moved(none));
        assertEquals(List.of(), moved(off));
    }

    @Test
    void doesNotMoveTheTroubleElsewhere() {
        Vm[] vms = vms(16, "h1", 0.7, MigrationMode.ALLOWED);
        for (int i = 8; i < vms.length; i++) {
            vms[i] = Things.on(
                    Things.vm(Things.spec("v" + i, false, Priority.LOW, MigrationMode.ALLOWED, Things.GIB)), "h2");
        }
        TestCluster cluster = automatic(5, vms);

        measure(cluster, Duration.ofMinutes(10));

        assertEquals(List.of(), moved(cluster));
    }

    @Test
    void absurdStatisticsAreFlaggedAndNotActedOn() {
        TestCluster cluster = automatic(5, tooMuch());
        for (double factor : new double[] {-1, 7, Double.NaN}) {
            reportedFactor = factor;
            measure(cluster, Duration.ofMinutes(10));
        }

        assertEquals(List.of(), moved(cluster));
        assertEquals(
                1,
                cluster.log.stream()
                        .filter(entry -> entry.code().equals("host.statistics_absurd")
                                && entry.subject().name().equals("h1"))
                        .count(),
                cluster.log.toString());
    }

    @Test
    void lateStatisticsAreNotActedOn() {
        TestCluster cluster = automatic(1, tooMuch());
        measure(cluster, Duration.ofSeconds(40));

        cluster.advance(Duration.ofMinutes(20));

        assertEquals(List.of(), moved(cluster));
    }
}
