package io.kvorum.core.operations;

import static io.kvorum.core.operations.CrossClusters.OTHER;
import static io.kvorum.core.operations.CrossClusters.TO_OTHER;
import static io.kvorum.core.operations.CrossClusters.VM;
import static io.kvorum.core.operations.CrossClusters.begun;
import static io.kvorum.core.operations.CrossClusters.cluster;
import static io.kvorum.core.operations.CrossClusters.doubtful;
import static io.kvorum.core.operations.CrossClusters.end;
import static io.kvorum.core.operations.CrossClusters.of;
import static io.kvorum.core.operations.CrossClusters.other;
import static io.kvorum.core.operations.CrossClusters.refused;
import static io.kvorum.core.operations.CrossClusters.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What a VM must have, or be let go of, to go to another cluster. */
@NullUnmarked
class CrossClusterRulesTest {

    // ---- where to

    @Test
    void theClusterMustBeNamedWithItsHost() {
        DataCenter far = new DataCenter(Things.id("far-dc"), "far-dc", "", Meta.NONE);
        TestCluster cluster = running(far, cluster(Things.id("far"), "far", null, AdmissionPolicy.DEFAULT, far.id()));

        refused(
                cluster.run(new Request.MigrateVm(VM, Things.id("o1"))),
                Problem.Type.CONFLICT,
                "Host o1 belongs to cluster other, VM v to cluster cluster.",
                "clusterId " + OTHER);
        refused(
                cluster.run(new Request.MigrateVm(VM, Things.id("h2"), OTHER)),
                Problem.Type.CONFLICT,
                "Host h2 belongs to cluster cluster, not to cluster other.");
        refused(cluster.run(new Request.MigrateVm(VM, null, Things.id("none"))), Problem.Type.NOT_FOUND, "cluster");
        refused(
                cluster.run(new Request.MigrateVm(VM, null, Things.id("far"))),
                Problem.Type.CONFLICT,
                "another data center");
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(VM, Things.id("o2"), OTHER)).state());
        assertEquals(List.of("o2"), cluster.whereRuns("v"));
    }

    // ---- CPUs

    @Test
    void theGuestKeepsTheCpuThatItWasStartedWith() {
        TestCluster cluster = new TestCluster(
                Settings.DEFAULT,
                List.of(
                        Things.dataCenter(),
                        cluster(Things.CLUSTER, "cluster", "Model-A", AdmissionPolicy.DEFAULT, Things.DATA_CENTER),
                        other("Model-B"),
                        Things.store(),
                        Things.network(),
                        Things.host("h1"),
                        Things.host("o1", OTHER, "New-CPU", "Model-B"),
                        Things.host("o2", OTHER, "Newer-CPU", "Model-A", "Model-B"),
                        Things.vm("v")));
        cluster.run(new Request.StartVm(VM, null));
        assertEquals("Model-A", cluster.vm("v").status().platform().cpuModel());

        refused(
                cluster.run(new Request.MigrateVm(VM, Things.id("o1"), OTHER)),
                Problem.Type.NO_HOST,
                "CPU-Level: It cannot give the guest the CPU model Model-A that it was started with.");
        assertEquals(OperationState.SUCCEEDED, cluster.run(TO_OTHER).state());
        assertEquals(List.of("o2"), cluster.whereRuns("v"));
        // Nor does it fit all hosts of its new cluster there,
        refused(cluster.run(new Request.MigrateVm(VM, Things.id("o1"))), Problem.Type.NO_HOST, "Model-A");

        // until it is started afresh.
        cluster.run(new Request.StopVm(VM, true));
        cluster.run(new Request.StartVm(VM, Things.id("o2")));
        assertEquals("Model-B", cluster.vm("v").status().platform().cpuModel());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(VM, Things.id("o1"))).state());
    }

    @Test
    void withItsHostsCpuItGoesToTheSameOnly() {
        TestCluster cluster = of(
                cluster(Things.id("third"), "third", "Model-A", AdmissionPolicy.DEFAULT, Things.DATA_CENTER),
                Things.host("t1", Things.id("third"), "New-CPU", "Model-A"),
                Things.host("t2", Things.id("third"), "Test-CPU", "Model-A"),
                Things.on(Things.vm("v"), "h1"));

        refused(
                cluster.run(new Request.MigrateVm(VM, Things.id("t1"), Things.id("third"))),
                Problem.Type.NO_HOST,
                "CPU-Level: Its CPU (New-CPU");
        Operation end = cluster.run(new Request.MigrateVm(VM, null, Things.id("third")));
        assertEquals(OperationState.SUCCEEDED, end.state(), end.toString());
        assertEquals(List.of("t2"), cluster.whereRuns("v"));
        // That the new cluster has a model changes nothing for a guest that was started without.
        refused(cluster.run(new Request.MigrateVm(VM, Things.id("t1"))), Problem.Type.NO_HOST, "New-CPU");
    }

    @Test
    void whatIsNotNotedIsWhatItsOldClusterGives() {
        TestCluster cluster = new TestCluster(
                Settings.DEFAULT,
                List.of(
                        Things.dataCenter(),
                        cluster(Things.CLUSTER, "cluster", "Model-A", AdmissionPolicy.DEFAULT, Things.DATA_CENTER),
                        other("Model-B"),
                        Things.store(),
                        Things.network(),
                        Things.host("h1"),
                        Things.host("o1", OTHER, "Test-CPU", "Model-B"),
                        Things.host("o2", OTHER, "New-CPU", "Model-A", "Model-B"),
                        Things.on(Things.vm("v"), "h1"),
                        Things.on(passthrough("own"), "h1")));

        assertEquals(OperationState.SUCCEEDED, cluster.run(TO_OTHER).state());
        assertEquals(List.of("o2"), cluster.whereRuns("v"));
        assertEquals("Model-A", cluster.vm("v").status().platform().cpuModel());
        cluster.run(new Request.MigrateVm(Things.id("own"), null, OTHER));
        assertEquals(List.of("o1"), cluster.whereRuns("own"));
    }

    private static Vm passthrough(String name) {
        Hardware plain = Things.hardware(Things.GIB);
        return Things.vm(Things.spec(name)
                .with(new Hardware(
                        1,
                        2,
                        1,
                        Things.GIB,
                        Things.GIB,
                        plain.firmware(),
                        Hardware.CpuMode.HOST_PASSTHROUGH,
                        false,
                        true,
                        true,
                        true,
                        plain.tuning(),
                        null,
                        null)));
    }

    // ---- what belongs to the old cluster

    private static AffinityGroup group(String name, Rule vms, String... members) {
        return new AffinityGroup(
                Things.id(name),
                name,
                "",
                Things.CLUSTER,
                vms,
                Level.HOST,
                Rule.NONE,
                List.of(members).stream()
                        .map(member -> new Member(Things.id(member), null))
                        .toList(),
                List.of(),
                Meta.NONE);
    }

    @Test
    void membersOfGroupsAreTakenOutOfThemFirst() {
        TestCluster cluster = running(
                Things.vm("w"),
                group("near", Rule.AFFINITY, "v", "w"),
                group("apart", Rule.HARD_ANTI_AFFINITY, "v", "w"));

        refused(cluster.run(TO_OTHER), Problem.Type.CONFLICT, "affinity groups of cluster cluster: apart, near.");
        cluster.run(new Request.Configure(group("near", Rule.AFFINITY, "w"), 1));
        cluster.run(new Request.Configure(group("apart", Rule.HARD_ANTI_AFFINITY, "w"), 1));

        UUID id = begun(cluster);
        Operation joined = cluster.run(new Request.Configure(group("late", Rule.AFFINITY, "v", "w"), 0));
        assertEquals(OperationState.REFUSED, joined.state());
        assertTrue(joined.problem().toString().contains("It is on its way to another cluster."), joined.toString());
        assertEquals(OperationState.SUCCEEDED, end(cluster, id).state());
        // The same goes for one that is down.
        refused(
                cluster.run(new Request.ChangeVm(
                        Things.id("w"), cluster.vm("w").spec().in(OTHER), null)),
                Problem.Type.CONFLICT,
                "apart, near");
    }

    @Test
    void labelsAreAskedForOnTheHostsOfTheNewCluster() {
        TestCluster cluster = running(new AffinityLabel(
                Things.id("gpu"), "gpu", "", List.of(Things.id("h1"), Things.id("o2")), List.of(VM), Meta.NONE));

        refused(
                cluster.run(new Request.MigrateVm(VM, Things.id("o1"), OTHER)),
                Problem.Type.NO_HOST,
                "affinity label gpu");
        assertEquals(OperationState.SUCCEEDED, cluster.run(TO_OTHER).state());
        assertEquals(List.of("o2"), cluster.whereRuns("v"));
    }

    private static Vm after(Vm vm, String... others) {
        return vm.withSpec(vm.spec()
                .with(new HighAvailability(
                        true,
                        Priority.MEDIUM,
                        List.of(others).stream().map(Things::id).toList(),
                        Duration.ofMinutes(10),
                        OnStorageReturn.AUTO_RESUME,
                        null)));
    }

    @Test
    void vmsThatWaitForEachOtherStayTogether() {
        TestCluster cluster =
                of(Things.on(Things.vm("v"), "h1"), Things.on(after(Things.vm("web"), "v"), "h1"), Things.vm("app"));

        refused(cluster.run(TO_OTHER), Problem.Type.CONFLICT, "are restarted after VM v", "highAvailability", ": web.");
        refused(
                cluster.run(new Request.MigrateVm(Things.id("web"), null, OTHER)),
                Problem.Type.CONFLICT,
                "highAvailability.restartAfter[0] (v): It belongs to another cluster.");
        cluster.run(
                new Request.ChangeVm(Things.id("web"), after(cluster.vm("web")).spec(), null));

        UUID id = begun(cluster);
        Operation late = cluster.run(new Request.ChangeVm(
                Things.id("app"), after(cluster.vm("app"), "v").spec(), null));
        assertEquals(OperationState.REFUSED, late.state());
        assertTrue(late.problem().toString().contains("It is on its way to another cluster."), late.toString());
        assertEquals(OperationState.SUCCEEDED, end(cluster, id).state());
    }

    @Test
    void hostsThatItNamesAreNamedBack() {
        Vm vm = Things.vm("v");
        HostWishes wishes = new HostWishes(List.of(), List.of(Things.id("h2")));
        TestCluster cluster = of(Things.on(vm.withSpec(vm.spec().with(wishes)), "h1"));

        refused(
                cluster.run(TO_OTHER),
                Problem.Type.CONFLICT,
                "VM v cannot belong to cluster other as it is.",
                "hosts.preferred (h2): It belongs to another cluster than the VM.");
    }

    @Test
    void nothingIsChangedInDoubtThatWouldBeWrongInTheOther() {
        TestCluster cluster = running();
        doubtful(cluster, Habit.SWALLOW);
        cluster.until(Duration.ofMinutes(3), c -> c.openOperations().isEmpty());

        Operation end = cluster.run(new Request.ChangeVm(
                VM, cluster.vm("v").spec().with(new HostWishes(List.of(), List.of(Things.id("h2")))), null));

        refused(end, Problem.Type.INVALID, "hosts.preferred");
    }
}
