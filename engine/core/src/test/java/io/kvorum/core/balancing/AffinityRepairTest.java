package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Groups that are made of VMs which run already. */
@NullUnmarked
class AffinityRepairTest {

    private static AffinityGroup group(Rule vms, Rule hosts, List<UUID> hostIds, String... names) {
        List<Member> members =
                Stream.of(names).map(name -> new Member(Things.id(name), null)).toList();
        return new AffinityGroup(
                Things.id("group"), "group", "", Things.CLUSTER, vms, Level.HOST, hosts, members, hostIds, Meta.NONE);
    }

    private static Vm on(String name, String host, int gib) {
        return Things.on(
                Things.vm(Things.spec(name, false, Priority.LOW, MigrationMode.ALLOWED, gib * Things.GIB)), host);
    }

    private static void measure(TestCluster cluster, Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 5) {
            for (FakeHost host : cluster.hosts()) {
                List<VmLoad> vms = host.vms.keySet().stream()
                        .map(id -> new VmLoad(id, 0.1, Things.GIB))
                        .toList();
                cluster.handle(new Event.HostMeasured(
                        host.id(), new HostLoad(0.1 * vms.size() * 2 / 16, vms.size() * Things.GIB, vms)));
            }
            cluster.advance(Duration.ofSeconds(5));
        }
    }

    private static Set<String> where(TestCluster cluster, String... vms) {
        Set<String> hosts = new TreeSet<>();
        Stream.of(vms).forEach(vm -> hosts.addAll(cluster.whereRuns(vm)));
        return hosts;
    }

    private static TestCluster repaired(Entity... more) {
        TestCluster cluster = TestCluster.of(3, more);
        measure(cluster, Duration.ofMinutes(4));
        return cluster;
    }

    @Test
    void vmsThatBelongTogetherGatherWhereMostOfThemAre() {
        TestCluster cluster = repaired(
                on("a", "h1", 2),
                on("b", "h2", 2),
                on("c", "h2", 2),
                on("d", "h3", 2),
                group(Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "b", "c", "d"));

        assertEquals(Set.of("h2"), where(cluster, "a", "b", "c", "d"));
        BalancingPlan plan = cluster.balancingPlans().getFirst();
        assertEquals("the rules of affinity group group are broken", plan.reason());
        assertTrue(plan.moves().stream().allMatch(move -> move.purpose() == MovePurpose.REPAIR_AFFINITY));
        assertEquals(1, cluster.balancingPlans().size());
    }

    @Test
    void twoAndTwoGatherToo() {
        TestCluster cluster = repaired(
                on("a", "h1", 2),
                on("b", "h1", 2),
                on("c", "h2", 2),
                on("d", "h2", 2),
                group(Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "b", "c", "d"));
        assertEquals(1, where(cluster, "a", "b", "c", "d").size());
    }

    @Test
    void vmsThatBelongApartPart() {
        TestCluster cluster = repaired(
                on("a", "h1", 2),
                on("b", "h1", 2),
                on("c", "h1", 2),
                group(Rule.HARD_ANTI_AFFINITY, Rule.NONE, List.of(), "a", "b", "c"));
        assertEquals(3, where(cluster, "a", "b", "c").size());
        assertEquals(1, cluster.balancingPlans().size());
    }

    @Test
    void vmsMoveToTheHostsThatAGroupNames() {
        TestCluster cluster = repaired(
                on("a", "h1", 2),
                on("b", "h2", 2),
                group(Rule.NONE, Rule.HARD_AFFINITY, List.of(Things.id("h3")), "a", "b"));
        assertEquals(Set.of("h3"), where(cluster, "a", "b"));
    }

    @Test
    void vmsMoveToTheHostsThatHaveTheirLabels() {
        AffinityLabel label = new AffinityLabel(
                Things.id("gpu"), "gpu", "", List.of(Things.id("h3")), List.of(Things.id("a")), Meta.NONE);
        TestCluster cluster = repaired(on("a", "h1", 2), on("b", "h2", 2), label);
        assertEquals(Set.of("h3"), where(cluster, "a"));
        assertEquals(Set.of("h2"), where(cluster, "b"));
        assertEquals(
                "the rules of affinity label gpu are broken",
                cluster.balancingPlans().getFirst().reason());
    }

    @Test
    void nothingMovesIfNotAllCanGather() {
        TestCluster cluster = repaired(
                on("a", "h1", 20),
                on("b", "h2", 20),
                on("c", "h3", 2),
                group(Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "b", "c"));
        assertEquals(3, where(cluster, "a", "b", "c").size());
        assertEquals(List.of(), cluster.balancingPlans());
    }

    @Test
    void nothingMovesForAWish() {
        TestCluster cluster =
                repaired(on("a", "h1", 2), on("b", "h1", 2), group(Rule.ANTI_AFFINITY, Rule.NONE, List.of(), "a", "b"));
        assertEquals(Set.of("h1"), where(cluster, "a", "b"));
    }
}
