package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.MigrationPolicy;
import io.kvorum.core.inventory.MigrationPolicy.Strategy;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** How VMs travel, and what becomes of one whose post-copy breaks. */
@NullUnmarked
class MigrationPolicyTest {

    private static final UUID VM = Things.id("v");
    private static final Request.MigrateVm TO_H2 = new Request.MigrateVm(VM, Things.id("h2"));
    private static final MigrationPolicy POST_COPY = new MigrationPolicy(Strategy.POST_COPY, 0, 0, false, true);

    private static VmSpec travelling(VmSpec spec, MigrationPolicy policy) {
        return new VmSpec(
                spec.name(),
                spec.description(),
                spec.clusterId(),
                spec.templateId(),
                spec.hardware(),
                spec.disks(),
                spec.nics(),
                spec.highAvailability(),
                spec.migration(),
                spec.cloudInitUserData(),
                spec.hosts(),
                policy,
                null,
                null);
    }

    private static TestCluster running(MigrationPolicy policy) {
        Vm vm = Things.ha("v");
        return TestCluster.of(3, Things.on(vm.withSpec(travelling(vm.spec(), policy)), "h1"));
    }

    private static MigrationPolicy asked(TestCluster cluster) {
        cluster.submit(TO_H2);
        cluster.until(
                Duration.ofSeconds(5),
                c -> !c.waiting(AgentCommand.MigrateVm.class).isEmpty());
        return ((AgentCommand.MigrateVm)
                        cluster.openOperations().getFirst().currentStep().command())
                .policy();
    }

    private static Operation end(TestCluster cluster, UUID id) {
        cluster.until(Duration.ofHours(2), c -> c.ended.containsKey(id));
        return cluster.ended.get(id);
    }

    /** A migration that has broken in post-copy, and breaks again so many times. */
    private static UUID torn(TestCluster cluster, int more) {
        cluster.host("h1").tears = more + 1;
        UUID id = cluster.submit(TO_H2);
        cluster.until(
                Duration.ofMinutes(1),
                c -> c.host("h1").vms.get(VM) == VmRunState.TORN
                        && c.host("h2").vms.get(VM) == VmRunState.TORN);
        return id;
    }

    @Test
    void aVmTravelsAsItSaysItselfElseAsItsClusterSays() {
        assertEquals(POST_COPY, asked(running(POST_COPY)));
        assertEquals(MigrationPolicy.DEFAULT, asked(running(null)));
    }

    @Test
    void refusesWhatQemuCannotCombine() {
        TestCluster cluster = running(null);
        VmSpec spec = cluster.vm("v").spec();
        List<MigrationPolicy> bad = List.of(
                new MigrationPolicy(Strategy.POST_COPY, 0, 4, false, true),
                new MigrationPolicy(Strategy.VERY_LARGE_VMS, 0, 0, true, true),
                new MigrationPolicy(Strategy.MINIMAL_DOWNTIME, -1, 0, false, true),
                new MigrationPolicy(Strategy.MINIMAL_DOWNTIME, 0, 17, false, true));
        for (MigrationPolicy policy : bad) {
            Operation refused = cluster.run(new Request.ChangeVm(VM, travelling(spec, policy), null));
            assertEquals(OperationState.REFUSED, refused.state(), policy.toString());
            assertTrue(
                    refused.problem().errors().getFirst().field().startsWith("migrationPolicy."),
                    refused.problem().toString());
        }
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.ChangeVm(VM, travelling(spec, POST_COPY), null))
                        .state());
    }

    @Test
    void aTornGuestIsPutTogetherAgainWhenTheLinkIsBack() {
        TestCluster cluster = running(POST_COPY);

        Operation end = end(cluster, torn(cluster, 2));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertNull(cluster.vm("v").status().targetHostId());
        assertTrue(cluster.starts.isEmpty());
    }

    @Test
    void oneThatCannotBePutTogetherIsEndedOnBothAndRestartedOnce() {
        TestCluster cluster = running(POST_COPY);

        Operation end = end(cluster, torn(cluster, 100));

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(cluster.codes().contains("vm.torn"));
        cluster.until(Duration.ofMinutes(2), c -> c.vm("v").state() == VmState.UP);
        assertEquals(1, cluster.starts.get(VM));
        assertEquals(1, cluster.whereRuns("v").size());
        assertTrue(cluster.hosts().stream().noneMatch(host -> host.vms.get(VM) == VmRunState.TORN));
        cluster.assertAtRest();
    }

    @Test
    void isRestartedOnceWhenTheTargetDiesInPostCopy() {
        TestCluster cluster = running(POST_COPY);
        UUID id = torn(cluster, 0);

        cluster.host("h2").losePower();

        assertEquals(OperationState.FAILED, end(cluster, id).state());
        restartedOnce(cluster);
    }

    @Test
    void isRestartedOnceWhenTheSourceDiesInPostCopy() {
        TestCluster cluster = running(POST_COPY);
        UUID id = torn(cluster, 100);

        cluster.host("h1").losePower();

        assertEquals(OperationState.FAILED, end(cluster, id).state());
        restartedOnce(cluster);
    }

    @Test
    void isRestartedOnceWhenTheLeaderChangesAndBothHaveTornParts() {
        TestCluster cluster = running(POST_COPY);
        torn(cluster, 100);

        cluster.newLeader();

        cluster.until(Duration.ofMinutes(10), c -> c.starts.containsKey(VM));
        restartedOnce(cluster);
    }

    private static void restartedOnce(TestCluster cluster) {
        cluster.until(Duration.ofMinutes(10), c -> c.vm("v").state() == VmState.UP);
        cluster.advance(Duration.ofMinutes(5));
        assertEquals(1, cluster.starts.get(VM));
        assertEquals(1, cluster.whereRuns("v").size());
        assertTrue(cluster.hosts().stream().noneMatch(host -> host.vms.get(VM) == VmRunState.TORN));
        cluster.assertAtRest();
    }
}
