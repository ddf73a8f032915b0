package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.Quota.ClusterLimit;
import io.kvorum.core.inventory.Quota.Enforcement;
import io.kvorum.core.inventory.Quota.Limit;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two clusters of a data center, "cluster" with h1 and h2, and "other" with o1 and o2. */
@NullUnmarked
class CrossClusterMigrationTest {

    private static final UUID VM = Things.id("v");
    private static final UUID OTHER = Things.id("other");
    private static final Request.MigrateVm TO_OTHER = new Request.MigrateVm(VM, null, OTHER);
    private static final Duration LONG = Duration.ofHours(2);

    private static Cluster cluster(
            UUID id, String name, @Nullable String cpuModel, AdmissionPolicy admission, UUID dataCenter) {
        Cluster like = Things.cluster();
        return new Cluster(id, name, "", dataCenter, like.scheduling(), cpuModel, like.fencing(), admission, Meta.NONE);
    }

    private static Cluster other(@Nullable String cpuModel) {
        return cluster(OTHER, "other", cpuModel, AdmissionPolicy.DEFAULT, Things.DATA_CENTER);
    }

    private static Host there(String name) {
        return Things.host(name, OTHER, "Test-CPU", "Model-A");
    }

    private static TestCluster of(Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(other(null), there("o1"), there("o2")));
        all.addAll(List.of(more));
        return TestCluster.of(2, all.toArray(Entity[]::new));
    }

    private static TestCluster running(Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(more));
        all.add(Things.on(Things.ha("v"), "h1"));
        return of(all.toArray(Entity[]::new));
    }

    private static UUID clusterOf(TestCluster cluster, String vm) {
        return cluster.vm(vm).spec().clusterId();
    }

    private static UUID begun(TestCluster cluster) {
        UUID id = cluster.submit(TO_OTHER);
        cluster.until(
                Duration.ofSeconds(5),
                c -> !c.waiting(AgentCommand.MigrateVm.class).isEmpty());
        cluster.advance(Duration.ofMillis(100));
        return id;
    }

    private static Operation end(TestCluster cluster, UUID id) {
        cluster.until(LONG, c -> c.ended.containsKey(id));
        return cluster.ended.get(id);
    }

    private static void refused(Operation end, Problem.Type type, String... words) {
        assertEquals(OperationState.REFUSED, end.state(), end.toString());
        assertEquals(type, end.problem().type(), end.toString());
        for (String each : words) {
            assertTrue(end.problem().detail().contains(each), end.problem().detail());
        }
    }

    private static void belongsTo(TestCluster cluster, UUID clusterId) {
        assertEquals(clusterId, clusterOf(cluster, "v"));
        assertNull(cluster.vm("v").status().targetClusterId());
    }

    // ---- the way

    @Test
    void belongsToTheNewClusterFromItsArrivalOn() {
        TestCluster cluster = running();
        UUID id = begun(cluster);
        assertEquals(Things.CLUSTER, clusterOf(cluster, "v"));
        assertEquals(OTHER, cluster.vm("v").status().targetClusterId());

        Operation end = end(cluster, id);

        assertEquals(OperationState.SUCCEEDED, end.state(), end.toString());
        assertTrue(end.summary().contains("moved from h1 to o1 of cluster other in"), end.summary());
        assertEquals(List.of("o1"), cluster.whereRuns("v"));
        belongsTo(cluster, OTHER);
        assertTrue(cluster.codes().contains("vm.cluster_changed"));
        cluster.assertAtRest();
        // From there it moves as any VM of its new cluster, and comes back.
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(VM, Things.id("o2"))).state());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.MigrateVm(VM, Things.id("h2"), Things.CLUSTER))
                        .state());
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void itsOwnClusterIsNoOther() {
        TestCluster cluster = running();

        Operation end = cluster.run(new Request.MigrateVm(VM, Things.id("h2"), Things.CLUSTER));

        assertEquals(OperationState.SUCCEEDED, end.state(), end.toString());
        assertFalse(cluster.codes().contains("vm.cluster_changed"));
    }

    @Test
    void staysInItsClusterIfItStays() {
        for (Habit habit : List.of(Habit.FAIL, Habit.INTERRUPT)) {
            TestCluster cluster = running();
            cluster.host("h1").habit(AgentCommand.MigrateVm.class, habit);

            assertEquals(OperationState.FAILED, cluster.run(TO_OTHER).state());

            assertEquals(Things.id("h1"), cluster.vm("v").hostId());
            belongsTo(cluster, Things.CLUSTER);
        }
    }

    @Test
    void staysInItsClusterIfItIsCalledOff() {
        TestCluster cluster = running();
        UUID id = begun(cluster);

        cluster.cancel(id);

        assertEquals(OperationState.CANCELLED, end(cluster, id).state());
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void isRestartedInItsOldClusterIfItsSourceDiesOnTheWay() {
        TestCluster cluster = running();
        UUID id = begun(cluster);

        cluster.host("h1").losePower();

        assertEquals(OperationState.FAILED, end(cluster, id).state());
        cluster.until(Duration.ofMinutes(2), c -> c.vm("v").state() == VmState.UP);
        assertEquals(List.of("h2"), cluster.whereRuns("v"));
        assertEquals(1, cluster.starts.get(VM));
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void goesOnInTheNewClusterIfItsSourceDiesAfterwards() {
        TestCluster cluster = running();
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.MUTE);
        UUID id = begun(cluster);
        cluster.until(Duration.ofMinutes(1), c -> c.whereRuns("v").equals(List.of("o1")));

        cluster.host("h1").losePower();

        assertEquals(OperationState.SUCCEEDED, end(cluster, id).state());
        assertTrue(cluster.starts.isEmpty());
        belongsTo(cluster, OTHER);
    }

    @Test
    void isFoundInTheNewClusterAfterDoubt() {
        TestCluster cluster = running();
        doubtful(cluster, Habit.MUTE);
        assertEquals(Things.CLUSTER, clusterOf(cluster, "v"));
        assertEquals(OTHER, cluster.vm("v").status().targetClusterId());

        cluster.host("h1").behave();
        cluster.until(Duration.ofMinutes(5), c -> c.vm("v").state() == VmState.UP);

        assertEquals(List.of("o1"), cluster.whereRuns("v"));
        belongsTo(cluster, OTHER);
    }

    @Test
    void isFoundInItsOldClusterAfterDoubt() {
        TestCluster cluster = running();
        doubtful(cluster, Habit.SWALLOW);

        cluster.host("h1").behave();
        cluster.until(
                Duration.ofMinutes(10),
                c -> c.vm("v").state() == VmState.UP && c.vm("v").status().targetHostId() == null);

        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        belongsTo(cluster, Things.CLUSTER);
    }

    @Test
    void goesOnInTheNewClusterIfItsSourceIsFencedAfterDoubt() {
        TestCluster cluster = running();
        doubtful(cluster, Habit.MUTE);

        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(5), c -> c.vm("v").state() == VmState.UP);

        assertEquals(List.of("o1"), cluster.whereRuns("v"));
        assertTrue(cluster.starts.isEmpty());
        belongsTo(cluster, OTHER);
    }

    /** A migration that nobody tells the end of; with MUTE it has arrived. */
    private static void doubtful(TestCluster cluster, Habit habit) {
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, habit);
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.SWALLOW);
        UUID id = begun(cluster);
        assertEquals(Problem.Type.TIMED_OUT, end(cluster, id).problem().type());
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
    }

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
                        true)));
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

    // ---- room

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
