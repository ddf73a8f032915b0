package io.kvorum.core.operations;

import static io.kvorum.core.operations.CrossClusters.OTHER;
import static io.kvorum.core.operations.CrossClusters.TO_OTHER;
import static io.kvorum.core.operations.CrossClusters.begun;
import static io.kvorum.core.operations.CrossClusters.cluster;
import static io.kvorum.core.operations.CrossClusters.end;
import static io.kvorum.core.operations.CrossClusters.of;
import static io.kvorum.core.operations.CrossClusters.other;
import static io.kvorum.core.operations.CrossClusters.refused;
import static io.kvorum.core.operations.CrossClusters.running;
import static io.kvorum.core.operations.CrossClusters.there;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.Quota.ClusterLimit;
import io.kvorum.core.inventory.Quota.Enforcement;
import io.kvorum.core.inventory.Quota.Limit;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** A VM goes to another cluster only where that has room for it, by its quotas and by what it keeps free for failures. */
@NullUnmarked
class CrossClusterRoomTest {

    private static Vm gold(Vm vm) {
        return vm.withSpec(vm.spec().inQuota(Things.id("gold")));
    }

    private static Quota gold(Enforcement enforcement, int inOther) {
        return new Quota(
                Things.id("gold"),
                "gold",
                "",
                Things.DATA_CENTER,
                enforcement,
                new Limit(6, 0),
                List.of(new ClusterLimit(OTHER, new Limit(inOther, 0))),
                50,
                Meta.NONE);
    }

    @Test
    void aLimitOfTheNewClusterCountsFromTheBeginning() {
        TestCluster cluster = of(
                gold(Enforcement.ENFORCED, 2),
                gold(Things.on(Things.vm("v"), "h1")),
                gold(Things.on(Things.vm("w"), "h1")),
                gold(Things.on(Things.vm("x"), "h2")));
        Request second = new Request.MigrateVm(Things.id("w"), null, OTHER);

        UUID id = begun(cluster);
        refused(
                cluster.run(second),
                Problem.Type.CONFLICT,
                "Quota gold allows 2 virtual CPUs in cluster other, 2 are used, and VM w asks for 2.");
        cluster.cancel(id);
        end(cluster, id);
        assertEquals(OperationState.SUCCEEDED, cluster.run(second).state());
        refused(cluster.run(TO_OTHER), Problem.Type.CONFLICT, "2 are used");
        assertEquals(
                4,
                cluster.controller()
                        .quotaUse(Things.id("gold"))
                        .orElseThrow()
                        .get(Things.CLUSTER)
                        .vcpus());
    }

    @Test
    void aLimitThatIsOnlyAuditedIsTold() {
        TestCluster cluster = of(gold(Enforcement.AUDIT, 1), gold(Things.on(Things.vm("v"), "h1")));

        assertEquals(OperationState.SUCCEEDED, cluster.run(TO_OTHER).state());

        assertTrue(cluster.log.stream()
                .anyMatch(entry -> entry.code().equals("quota.exceeded")
                        && entry.message().contains("in cluster other")
                        && entry.message().contains("It moves there, since the quota is not enforced.")));
    }

    @Test
    void theRoomThatTheNewClusterKeepsForFailuresStaysFree() {
        Vm big = Things.vm(Things.spec("v", true, Priority.MEDIUM, MigrationMode.ALLOWED, 20 * Things.GIB));
        Vm there = Things.vm(Things.spec("there", true, Priority.MEDIUM, MigrationMode.ALLOWED, 20 * Things.GIB));
        TestCluster cluster = TestCluster.of(
                2,
                cluster(OTHER, "other", null, new AdmissionPolicy(AdmissionMode.ENFORCE, 1), Things.DATA_CENTER),
                there("o1"),
                there("o2"),
                Things.on(big, "h1"),
                Things.on(there.in(OTHER), "o1"));

        refused(
                cluster.run(TO_OTHER),
                Problem.Type.NO_HOST,
                "Cluster other shall survive the failure of 1 host. With VM v running it would not");
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void aGuestOnItsWayIsChangeEnoughForANewProof() {
        TestCluster cluster = running();
        Inventory inventory = new Inventory(List.of(
                Things.dataCenter(), Things.cluster(), other(null), Things.host("h1"), there("o1"), cluster.vm("v")));
        long before = inventory.placementVersion(OTHER);

        inventory.put(
                cluster.vm("v").withStatus(cluster.vm("v").status().movingTo(Things.id("o1"), null, OTHER)),
                Instant.EPOCH);

        assertTrue(inventory.placementVersion(OTHER) != before);
    }
}
