package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Groups that cannot be kept are refused in words; those that can be are kept by starts, restarts and evacuations. */
@NullUnmarked
class AffinityRulesTest {

    private final TestCluster cluster = TestCluster.of(3, Things.vm("a"), Things.vm("b"), Things.vm("c"));

    private static AffinityGroup group(String name, Rule vms, Rule hosts, List<String> hostNames, String... vmNames) {
        List<Member> members = Arrays.stream(vmNames)
                .map(vm -> new Member(Things.id(vm), null))
                .toList();
        return new AffinityGroup(
                Things.id(name),
                name,
                "",
                Things.CLUSTER,
                vms,
                Level.HOST,
                hosts,
                members,
                hostNames.stream().map(Things::id).toList(),
                Meta.NONE);
    }

    private Operation make(AffinityGroup group) {
        return cluster.run(new Request.Configure(group, 0));
    }

    private void refused(AffinityGroup group, String... words) {
        Operation end = make(group);
        assertEquals(OperationState.REFUSED, end.state());
        for (String word : words) {
            assertTrue(
                    end.problem().errors().getFirst().message().contains(word),
                    end.problem().toString());
        }
    }

    @Test
    void apartAndTogetherIsRefusedThroughOtherGroupsToo() {
        make(group("near1", Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "b"));
        make(group("near2", Rule.HARD_AFFINITY, Rule.NONE, List.of(), "b", "c"));

        refused(
                group("far", Rule.HARD_ANTI_AFFINITY, Rule.NONE, List.of(), "a", "c"),
                "far",
                "affinity group near1, affinity group near2");
        assertEquals(
                OperationState.SUCCEEDED,
                make(group("soft", Rule.ANTI_AFFINITY, Rule.NONE, List.of(), "a", "c"))
                        .state());
    }

    @Test
    void aVmIsLeftAHost() {
        make(group("on", Rule.NONE, Rule.HARD_AFFINITY, List.of("h1"), "a"));

        refused(group("off", Rule.NONE, Rule.HARD_ANTI_AFFINITY, List.of("h1"), "a"), "no host", "VM a");
        refused(group("with", Rule.HARD_AFFINITY, Rule.HARD_AFFINITY, List.of("h2"), "a", "b"), "leaves no host");
    }

    @Test
    void partitionsMayShareAHostButNotWithEachOther() {
        AffinityGroup group = new AffinityGroup(
                Things.id("parts"),
                "parts",
                "",
                Things.CLUSTER,
                Rule.HARD_ANTI_AFFINITY,
                Level.HOST,
                Rule.NONE,
                List.of(new Member(Things.id("a"), 1), new Member(Things.id("b"), 1), new Member(Things.id("c"), 2)),
                List.of(),
                Meta.NONE);
        make(group);
        assertEquals(
                OperationState.SUCCEEDED,
                make(group("near", Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "b"))
                        .state());
        for (String vm : List.of("a", "b", "c")) {
            assertEquals(
                    OperationState.SUCCEEDED,
                    cluster.run(new Request.StartVm(Things.id(vm), null)).state());
        }

        assertEquals(cluster.vm("a").hostId(), cluster.vm("b").hostId());
        assertNotEquals(cluster.vm("a").hostId(), cluster.vm("c").hostId());
        refused(group("near2", Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "c"), "parts");
    }

    @Test
    void aHostIsEmptiedThoughItsVmsBelongTogether() {
        make(group("near", Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "b", "c"));
        for (String vm : List.of("a", "b", "c")) {
            cluster.run(new Request.StartVm(Things.id(vm), null));
        }
        var host = cluster.vm("a").hostId();

        cluster.run(new Request.MaintainHost(host));
        cluster.until(Duration.ofMinutes(5), c -> c.openOperations().isEmpty());

        assertNotEquals(host, cluster.vm("a").hostId());
        assertEquals(cluster.vm("a").hostId(), cluster.vm("b").hostId());
        assertEquals(cluster.vm("a").hostId(), cluster.vm("c").hostId());
        assertEquals(VmState.UP, cluster.vm("c").state());
    }

    private static AffinityLabel label(String name, List<String> hosts, String... vms) {
        return new AffinityLabel(
                Things.id(name),
                name,
                "",
                hosts.stream().map(Things::id).toList(),
                Arrays.stream(vms).map(Things::id).toList(),
                Meta.NONE);
    }

    private Operation make(AffinityLabel label) {
        return cluster.run(new Request.Configure(label, 0));
    }

    private void refused(Operation end, String words) {
        assertEquals(OperationState.REFUSED, end.state());
        assertTrue(
                end.problem().errors().getFirst().message().contains(words),
                end.problem().toString());
    }

    @Test
    void aVmRunsOnlyWhereAllItsLabelsAre() {
        make(label("gpu", List.of("h1", "h2"), "a"));
        make(label("licence", List.of("h2", "h3"), "a", "b"));
        for (String vm : List.of("a", "b", "c")) {
            cluster.run(new Request.StartVm(Things.id(vm), null));
        }

        assertEquals(Things.id("h2"), cluster.vm("a").hostId());
        assertNotEquals(Things.id("h1"), cluster.vm("b").hostId());
        Operation refused = cluster.run(new Request.MigrateVm(Things.id("a"), Things.id("h1")));
        assertEquals(OperationState.REFUSED, refused.state());
        assertTrue(refused.problem().detail().contains("Label: It does not have the VM's affinity label licence."));
        // Hosts with labels take VMs without them.
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(
                                Things.id("c"),
                                Things.id(cluster.vm("c").hostId().equals(Things.id("h2")) ? "h1" : "h2")))
                        .state());
    }

    @Test
    void aLabelLeavesItsVmsAHost() {
        refused(make(label("gpu", List.of(), "a")), "affinity label gpu leaves no host for VM a");
        make(label("gpu", List.of("h1"), "a"));
        refused(make(label("licence", List.of("h2"), "a")), "affinity label gpu");
        refused(group("off", Rule.NONE, Rule.HARD_ANTI_AFFINITY, List.of("h1"), "a"), "affinity label gpu");
        refused(group("with", Rule.HARD_AFFINITY, Rule.HARD_AFFINITY, List.of("h2"), "a", "b"), "leaves no host");
        refused(make(label("odd", List.of("h1", "h1"))), "twice");
        refused(make(label("odd", List.of("h9"))), "no such host");
        refused(make(label("odd", List.of(), "z")), "no such VM");
        assertEquals(OperationState.SUCCEEDED, make(label("spare", List.of())).state());
    }

    @Test
    void whatIsGoneLosesItsLabels() {
        make(label("gpu", List.of("h1", "h2"), "a", "b"));

        cluster.run(new Request.DeleteVm(Things.id("a")));
        cluster.run(new Request.MaintainHost(Things.id("h1")));
        cluster.run(new Request.RemoveHost(Things.id("h1")));

        AffinityLabel left = cluster.affinityLabel("gpu");
        assertEquals(List.of(Things.id("b")), left.vmIds());
        assertEquals(List.of(Things.id("h2")), left.hostIds());
        cluster.run(new Request.StartVm(Things.id("b"), null));
        assertEquals(Things.id("h2"), cluster.vm("b").hostId());
    }

    @Test
    void aDeletedVmLeavesItsGroups() {
        make(group("near", Rule.HARD_AFFINITY, Rule.NONE, List.of(), "a", "b"));

        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.DeleteVm(Things.id("a"))).state());

        AffinityGroup left = cluster.affinityGroup("near");
        assertEquals(List.of(new Member(Things.id("b"), null)), left.members());
    }

    @Test
    void wishesForHostsAreKept() {
        var spec = cluster.vm("a").spec().with(new HostWishes(List.of(Things.id("h2")), List.of()));
        cluster.run(new Request.ChangeVm(Things.id("a"), spec, null));
        cluster.run(new Request.StartVm(Things.id("a"), null));
        assertEquals(Things.id("h2"), cluster.vm("a").hostId());

        var other = cluster.vm("b").spec().with(new HostWishes(List.of(), List.of(Things.id("h2"))));
        cluster.run(new Request.ChangeVm(Things.id("b"), other, null));
        cluster.run(new Request.StartVm(Things.id("b"), null));
        assertEquals(Things.id("h2"), cluster.vm("b").hostId());
        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.MigrateVm(Things.id("a"), null)).state());
    }
}
