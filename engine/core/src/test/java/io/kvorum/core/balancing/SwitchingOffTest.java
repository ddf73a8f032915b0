package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.BalancingPlan.SwitchState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Cluster.FencingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.PowerSavingPolicy;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Sleep;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PlanReview;
import io.kvorum.core.operations.Request.PowerTask;
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

/** Hosts that nobody needs are switched off, and on again before somebody does. */
@NullUnmarked
class SwitchingOffTest {

    private static final PowerSavingPolicy SAVING = new PowerSavingPolicy(20, 0, true);
    private static final Duration LONG = Duration.ofMinutes(8);

    /** Use of both virtual CPUs of each VM; a host has 16 threads and 32 GiB. */
    private final Map<UUID, Double> use = new HashMap<>();

    private static Cluster cluster(BalancingMode mode, PowerSavingPolicy saving, AdmissionMode admission) {
        return new Cluster(
                Things.CLUSTER,
                "cluster",
                "",
                Things.DATA_CENTER,
                new SchedulingPolicy(PolicyName.POWER_SAVING, 80, 2, 100),
                null,
                FencingPolicy.DEFAULT,
                new AdmissionPolicy(admission, 1),
                new BalancingPolicy(mode, 1, 90, 95, 2, 8),
                Meta.NONE,
                null,
                saving);
    }

    private static TestCluster of(Cluster cluster, int hosts, Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), cluster, Things.store(), Things.network()));
        for (int i = 1; i <= hosts; i++) {
            String name = "h" + i;
            boolean given =
                    List.of(more).stream().anyMatch(entity -> entity.id().equals(Things.id(name)));
            if (!given) {
                all.add(Things.host(name));
            }
        }
        all.addAll(List.of(more));
        return new TestCluster(Settings.DEFAULT, all);
    }

    private static TestCluster automatic(int hosts, Entity... more) {
        return of(cluster(BalancingMode.AUTOMATIC, SAVING, AdmissionMode.WARN), hosts, more);
    }

    private Vm vm(String name, String host, double cpu, int gib) {
        use.put(Things.id(name), cpu);
        Vm vm = Things.vm(Things.spec(name, false, Priority.LOW, MigrationMode.ALLOWED, gib * Things.GIB));
        return host == null ? vm : Things.on(vm, host);
    }

    private Vm ha(String name, String host, int gib) {
        use.put(Things.id(name), 0.1);
        return Things.on(
                Things.vm(Things.spec(name, true, Priority.HIGH, MigrationMode.ALLOWED, gib * Things.GIB)), host);
    }

    private static Host asleep(String name) {
        return Things.host(name).asleep(new Sleep(Instant.EPOCH, null, null), "Switched off to save power.");
    }

    private void measure(TestCluster cluster, Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 5) {
            for (FakeHost host : cluster.hosts()) {
                if (host.reachable()) {
                    List<VmLoad> vms = host.vms.keySet().stream()
                            .map(id -> new VmLoad(id, use.getOrDefault(id, 0.0), Things.GIB))
                            .toList();
                    double busy = vms.stream()
                            .mapToDouble(vm -> vm.cpuUsage() * 2 / 16)
                            .sum();
                    cluster.handle(new Event.HostMeasured(
                            host.id(), new HostLoad(Math.min(1, busy), vms.size() * Things.GIB, vms)));
                }
            }
            cluster.advance(Duration.ofSeconds(5));
        }
    }

    private static List<String> asleep(TestCluster cluster) {
        return cluster.storedHosts()
                .filter(Host::sleeps)
                .map(Host::name)
                .sorted()
                .toList();
    }

    private static List<String> on(TestCluster cluster) {
        return cluster.hosts().stream()
                .filter(host -> host.powered)
                .map(host -> host.self().name())
                .sorted()
                .toList();
    }

    private static void assertNoAlarm(TestCluster cluster) {
        for (String alarm : List.of("host.silent", "host.down", "host.not_fenced", "host.rebooted", "vm.down")) {
            assertFalse(cluster.codes().contains(alarm), alarm + ": " + cluster.log);
        }
    }

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
    void aStartThatFitsNowhereWakesAHostAndWaitsForIt() {
        TestCluster cluster =
                automatic(3, vm("a", "h1", 0.5, 30), vm("b", "h2", 0.5, 30), vm("c", null, 0.1, 30), asleep("h3"));

        UUID start = cluster.submit(new Request.StartVm(Things.id("c"), null));
        measure(cluster, Duration.ofMinutes(1));

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(start).state(), cluster.log.toString());
        assertEquals(List.of("h3"), cluster.whereRuns("c"));
        assertEquals(1, cluster.codes().stream().filter("host.woken"::equals).count());
    }

    @Test
    void aStartThatWaitsCanBeCalledOff() {
        TestCluster cluster =
                automatic(3, vm("a", "h1", 0.5, 30), vm("b", "h2", 0.5, 30), vm("c", null, 0.1, 30), asleep("h3"));
        cluster.host("h3").bmcBroken = true;
        UUID start = cluster.submit(new Request.StartVm(Things.id("c"), null));
        measure(cluster, Duration.ofSeconds(30));
        assertFalse(cluster.ended.containsKey(start));

        cluster.cancel(start);

        assertEquals(OperationState.CANCELLED, cluster.ended.get(start).state());
        assertEquals(VmState.DOWN, cluster.vm("c").state());
    }

    @Test
    void aStartDoesNotWaitForWhatWouldNotHelp() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 30), vm("c", null, 0.1, 64), asleep("h3"));
        Operation end = cluster.run(new Request.StartVm(Things.id("c"), null));
        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(Problem.Type.NO_HOST, end.problem().type());
    }

    @Test
    void aStartEndsInWordsIfNoHostWakes() {
        TestCluster cluster =
                automatic(3, vm("a", "h1", 0.5, 30), vm("b", "h2", 0.5, 30), vm("c", null, 0.1, 30), asleep("h3"));
        cluster.host("h3").bmcBroken = true;

        Operation end = cluster.run(new Request.StartVm(Things.id("c"), null));

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(end.problem().detail().contains("in vain"), end.toString());
        assertTrue(cluster.codes().contains("host.wake_failed"));
        assertNotNull(cluster.hostState("h3").status().sleep().wakeFailedAt());
    }

    @Test
    void manyStartsWakeAsManyHostsAsTheyNeed() {
        TestCluster cluster = automatic(
                6,
                vm("a", "h1", 0.5, 30),
                vm("b", "h2", 0.5, 30),
                vm("c", null, 0.1, 14),
                vm("d", null, 0.1, 14),
                vm("e", null, 0.1, 14),
                asleep("h3"),
                asleep("h4"),
                asleep("h5"),
                asleep("h6"));

        for (String name : List.of("c", "d", "e")) {
            cluster.submit(new Request.StartVm(Things.id(name), null));
        }
        measure(cluster, Duration.ofMinutes(2));

        assertEquals(4, on(cluster).size(), "two more, for two and for one");
        assertTrue(List.of("c", "d", "e").stream()
                .allMatch(name -> cluster.whereRuns(name).size() == 1));
    }

    @Test
    void aVmThatFellWakesAHostForItsRestart() {
        TestCluster cluster = automatic(4, ha("a", "h1", 30), ha("b", "h2", 30), ha("d", "h4", 30), asleep("h3"));

        cluster.host("h1").losePower();
        measure(cluster, Duration.ofMinutes(2));

        assertEquals(List.of("h3"), cluster.whereRuns("a"), cluster.log.toString());
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
    void wakesWhenHostsAreNotSwitchedOffAnyMore() {
        Cluster before = cluster(BalancingMode.AUTOMATIC, SAVING, AdmissionMode.WARN);
        TestCluster cluster = of(before, 4, asleep("h3"), asleep("h4"));
        Cluster after = cluster(BalancingMode.AUTOMATIC, new PowerSavingPolicy(20, 0, false), AdmissionMode.WARN);

        cluster.run(new Request.Configure(after, 1));
        measure(cluster, Duration.ofMinutes(2));

        assertEquals(List.of("h1", "h2", "h3", "h4"), on(cluster));
    }

    @Test
    void wakesBeforeWhatVmsAskForExceedsWhatIsOn() {
        Vm[] vms = new Vm[16];
        Entity[] more = new Entity[17];
        for (int i = 0; i < vms.length; i++) {
            more[i] = vm("v" + i, i < 8 ? "h1" : "h2", 0.5, 2);
        }
        more[16] = asleep("h3");
        TestCluster cluster = automatic(3, more);
        measure(cluster, Duration.ofMinutes(2));
        assertEquals(List.of("h1", "h2"), on(cluster));

        use.replaceAll((id, cpu) -> 1.0);
        measure(cluster, Duration.ofMinutes(10));

        assertTrue(on(cluster).contains("h3"), cluster.log.toString());
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
