package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.Quota.ClusterLimit;
import io.kvorum.core.inventory.Quota.Enforcement;
import io.kvorum.core.inventory.Quota.Limit;
import io.kvorum.core.inventory.QuotaUse.Amount;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** VMs of 2 vCPUs and 2 GiB each, and quotas that have room for some of them. */
@NullUnmarked
class QuotaTest {

    private static final UUID GOLD = Things.id("gold");

    private static Quota quota(Enforcement enforcement, int vcpus, long gib, ClusterLimit... clusters) {
        return new Quota(
                GOLD,
                "gold",
                "",
                Things.DATA_CENTER,
                enforcement,
                new Limit(vcpus, gib * Things.GIB),
                List.of(clusters),
                75,
                Meta.NONE);
    }

    private static Vm gold(Vm vm) {
        return vm.withSpec(vm.spec().inQuota(GOLD));
    }

    private static TestCluster cluster(Quota quota) {
        return TestCluster.of(
                3, quota, gold(Things.vm("a")), gold(Things.vm("b")), gold(Things.vm("c")), Things.vm("free"));
    }

    private static Operation start(TestCluster cluster, String vm) {
        return cluster.run(new Request.StartVm(Things.id(vm), null));
    }

    private static void refused(Operation end, String words) {
        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(Problem.Type.CONFLICT, end.problem().type());
        assertTrue(end.problem().detail().contains(words), end.problem().detail());
        assertEquals(Kind.QUOTA, end.problem().blocker().kind());
    }

    private static Map<UUID, Amount> used(TestCluster cluster) {
        return cluster.controller().quotaUse(GOLD).orElseThrow();
    }

    private static List<String> told(TestCluster cluster, String code) {
        return cluster.log.stream()
                .filter(entry -> entry.code().equals(code))
                .map(LogEntry::message)
                .toList();
    }

    @Test
    void whatIsTooMuchIsRefusedUntilOthersStop() {
        TestCluster cluster = cluster(quota(Enforcement.ENFORCED, 4, 0));
        start(cluster, "a");
        start(cluster, "b");

        refused(
                start(cluster, "c"),
                "Quota gold allows 4 virtual CPUs, 4 are used, and VM c asks for 2. Stop VMs of this quota, or raise it.");
        assertEquals(VmState.DOWN, cluster.vm("c").state());
        assertEquals(OperationState.SUCCEEDED, start(cluster, "free").state());
        assertEquals(Map.of(Things.CLUSTER, new Amount(2, 4, 4 * Things.GIB)), used(cluster));
        cluster.newLeader();
        cluster.advance(Duration.ofSeconds(5));
        refused(start(cluster, "c"), "gold");

        cluster.run(new Request.StopVm(Things.id("a"), true));
        assertEquals(OperationState.SUCCEEDED, start(cluster, "c").state());
    }

    @Test
    void startsAtOnceDoNotGetTheSameShare() {
        TestCluster cluster = cluster(quota(Enforcement.ENFORCED, 4, 0));
        List<UUID> all = List.of("a", "b", "c").stream()
                .map(vm -> cluster.submit(new Request.StartVm(Things.id(vm), null)))
                .toList();
        cluster.until(Duration.ofMinutes(5), c -> c.ended.keySet().containsAll(all));

        assertEquals(
                2,
                all.stream()
                        .filter(id -> cluster.ended.get(id).state() == OperationState.SUCCEEDED)
                        .count());
    }

    @Test
    void aBatchOfAllOrNoneIsCountedTogether() {
        TestCluster cluster = cluster(quota(Enforcement.ENFORCED, 4, 0));
        List<UUID> all = List.of(Things.id("a"), Things.id("b"), Things.id("c"));

        refused(cluster.run(new Request.StartVms(Things.CLUSTER, all, true)), "4 are used, and VM c asks for 2.");
        assertEquals(Map.of(), used(cluster));
        assertEquals(
                OperationState.FAILED,
                cluster.run(new Request.StartVms(Things.CLUSTER, all, false)).state());
        assertEquals(2, used(cluster).get(Things.CLUSTER).vms());
    }

    @Test
    void memoryAndClustersHaveLimitsToo() {
        TestCluster memory = cluster(quota(Enforcement.ENFORCED, 0, 3));
        start(memory, "a");
        refused(start(memory, "b"), "allows 3072 MiB of memory, 2048 are used, and VM b asks for 2048.");

        TestCluster one = cluster(quota(Enforcement.ENFORCED, 0, 0, new ClusterLimit(Things.CLUSTER, new Limit(2, 0))));
        start(one, "a");
        refused(start(one, "b"), "allows 2 virtual CPUs in cluster cluster, 2 are used");
    }

    @Test
    void whatIsOnlyAuditedIsTold() {
        TestCluster cluster = cluster(quota(Enforcement.AUDIT, 4, 0));
        start(cluster, "a");
        assertEquals(List.of(), told(cluster, "quota.threshold"));
        start(cluster, "b");
        assertEquals(
                List.of("Quota gold allows 4 virtual CPUs, 2 are used, and VM b asks for 2. That is more than 75 %."),
                told(cluster, "quota.threshold"));
        assertEquals(OperationState.SUCCEEDED, start(cluster, "c").state());
        assertEquals(
                List.of("Quota gold allows 4 virtual CPUs, 4 are used, and VM c asks for 2."
                        + " It starts, since the quota is not enforced."),
                told(cluster, "quota.exceeded"));

        TestCluster disabled = cluster(quota(Enforcement.DISABLED, 1, 0));
        start(disabled, "a");
        assertTrue(told(disabled, "quota.exceeded").isEmpty());
    }

    @Test
    void aVmOnItsWayCountsOnce() {
        TestCluster cluster = cluster(quota(Enforcement.ENFORCED, 4, 0));
        start(cluster, "a");
        cluster.submit(new Request.MigrateVm(Things.id("a"), null));
        assertEquals(VmState.MIGRATING, cluster.vm("a").state());
        assertEquals(2, used(cluster).get(Things.CLUSTER).vcpus());
        assertEquals(OperationState.SUCCEEDED, start(cluster, "b").state());
    }

    @Test
    void theShareOfAVmThatFellIsKeptForItsRestart() {
        TestCluster cluster =
                TestCluster.of(2, quota(Enforcement.ENFORCED, 2, 0), gold(Things.ha("a")), gold(Things.vm("b")));
        cluster.run(new Request.StartVm(Things.id("a"), Things.id("h1")));
        cluster.run(new Request.MaintainHost(Things.id("h2")));
        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(10), c -> c.hostState("h1").state() == HostState.NON_RESPONSIVE);
        cluster.run(new Request.ConfirmHostDown(Things.id("h1"), "h1"));
        cluster.until(Duration.ofMinutes(10), c -> c.vm("a").state() == VmState.DOWN);

        refused(start(cluster, "b"), "2 are used");
        cluster.run(new Request.ActivateHost(Things.id("h2")));
        cluster.until(Duration.ofMinutes(10), c -> c.vm("a").state() == VmState.UP);
        assertEquals(2, used(cluster).get(Things.CLUSTER).vcpus());
    }

    @Test
    void aVmThatRunsTakesItsNeedAlongToAnotherQuota() {
        TestCluster cluster = cluster(quota(Enforcement.ENFORCED, 2, 0));
        start(cluster, "free");
        start(cluster, "a");
        Request toGold = new Request.ChangeVm(
                Things.id("free"), cluster.vm("free").spec().inQuota(GOLD), null);
        refused(cluster.run(toGold), "VM free asks for 2");

        cluster.run(new Request.StopVm(Things.id("a"), true));
        assertEquals(OperationState.SUCCEEDED, cluster.run(toGold).state());
        assertEquals(1, used(cluster).get(Things.CLUSTER).vms());
        refused(start(cluster, "a"), "2 are used");
    }

    @Test
    void aVmThatCouldNeverRunIsNotMade() {
        TestCluster cluster = cluster(quota(Enforcement.ENFORCED, 3, 0));
        start(cluster, "a");
        VmSpec spec = Things.spec("d").inQuota(GOLD);

        refused(cluster.run(new Request.CreateVm(Things.id("d"), spec, false, true)), "2 are used, and VM d");
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.CreateVm(Things.id("d"), spec, false, false))
                        .state());
        cluster.run(new Request.Configure(quota(Enforcement.ENFORCED, 1, 0), 1));
        refused(
                cluster.run(
                        new Request.CreateVm(Things.id("e"), Things.spec("e").inQuota(GOLD), false, false)),
                "0 are used, and VM e asks for 2");
    }

    @Test
    void quotasAreHeldToTheirDataCenterAndStayWhileTheyAreUsed() {
        TestCluster cluster = TestCluster.of(
                1,
                quota(Enforcement.ENFORCED, 4, 0),
                gold(Things.vm("a")),
                Things.vm("b"),
                new DataCenter(Things.id("far"), "far", "", Meta.NONE));
        Quota elsewhere = new Quota(
                Things.id("elsewhere"),
                "elsewhere",
                "",
                Things.id("far"),
                Enforcement.ENFORCED,
                Limit.NONE,
                List.of(new ClusterLimit(Things.CLUSTER, Limit.NONE)),
                0,
                Meta.NONE);
        Operation wrong = cluster.run(new Request.Configure(elsewhere, 0));

        assertEquals(
                List.of("thresholdPercent", "clusters[0].clusterId"),
                wrong.problem().errors().stream()
                        .map(Problem.FieldProblem::field)
                        .toList());
        Operation unknown = cluster.run(
                new Request.ChangeVm(Things.id("b"), cluster.vm("b").spec().inQuota(Things.id("nothing")), null));
        assertEquals("quotaId", unknown.problem().errors().getFirst().field());
        Operation used = cluster.run(new Request.RemoveConfig(Kind.QUOTA, GOLD, null));
        assertTrue(
                used.problem().detail().contains("is used by the VM a"),
                used.problem().detail());
        cluster.run(new Request.DeleteVm(Things.id("a")));
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.RemoveConfig(Kind.QUOTA, GOLD, null)).state());
    }
}
