package io.kvorum.core.availability;

import static io.kvorum.core.availability.LeasedCluster.cluster;
import static io.kvorum.core.availability.LeasedCluster.host;
import static io.kvorum.core.availability.LeasedCluster.joined;
import static io.kvorum.core.availability.LeasedCluster.leased;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.InstanceType.Size;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** VMs with leases: where they may run, what an expired lease proves, and what a renewed one does. */
class LeaseTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration LATER = Duration.ofMinutes(4);

    private static boolean runsElsewhere(TestCluster cluster) {
        Vm vm = cluster.vm("v");
        return vm.state() == VmState.UP && !Things.id("h1").equals(vm.hostId());
    }

    private static long inspections(TestCluster cluster) {
        return cluster.sent.stream()
                .filter(command -> command.command() instanceof AgentCommand.InspectLockspace)
                .count();
    }

    private static boolean logged(TestCluster cluster, String code) {
        return cluster.log.stream().anyMatch(entry -> entry.code().equals(code));
    }

    // ---- joining

    @Test
    void everyHostJoinsUnderAnIdOfItsOwn() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);

        assertEquals(
                3,
                cluster.storage("store").lockspace().members().stream()
                        .map(Lockspace.Membership::leaseId)
                        .distinct()
                        .count());
    }

    @Test
    void aHostThatWasBootedJoinsAgainUnderTheSameId() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        int id = cluster.storage("store")
                .lockspace()
                .of(Things.id("h2"))
                .orElseThrow()
                .leaseId();

        FakeHost host = cluster.host("h2");
        host.bootAgain();
        cluster.until(
                SOON,
                c -> "boot-1"
                        .equals(c.storage("store")
                                .lockspace()
                                .of(host.id())
                                .orElseThrow()
                                .joinedBootId()));

        assertEquals(
                id,
                cluster.storage("store").lockspace().of(host.id()).orElseThrow().leaseId());
    }

    @Test
    void anIdIsGivenAgainOnlyWhenAllWereUsed() {
        Lockspace space = Lockspace.NONE.admit(Things.id("a")).orElseThrow();
        Lockspace left = space.without(Things.id("a")).admit(Things.id("b")).orElseThrow();
        assertEquals(2, left.of(Things.id("b")).orElseThrow().leaseId());

        Lockspace full = Lockspace.NONE;
        for (int i = 1; i <= Lockspace.MAX_ID; i++) {
            full = full.admit(Things.id("host " + i)).orElseThrow();
        }
        assertTrue(full.admit(Things.id("one more")).isEmpty());
        Lockspace room = full.without(Things.id("host 7"));
        assertEquals(
                7,
                room.admit(Things.id("one more"))
                        .orElseThrow()
                        .of(Things.id("one more"))
                        .orElseThrow()
                        .leaseId());
    }

    @Test
    void aHostThatCannotJoinIsToldOnceAndGetsNoVmWithALease() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        FakeHost host = cluster.host("h2");
        host.habit(AgentCommand.JoinLockspace.class, Habit.FAIL);
        host.bootAgain();
        cluster.advance(Duration.ofMinutes(2));

        assertNull(
                cluster.storage("store").lockspace().of(host.id()).orElseThrow().joinedBootId());
        assertEquals(
                1,
                cluster.log.stream()
                        .filter(entry -> entry.code().equals("host.no_leases"))
                        .count());
        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.MigrateVm(Things.id("v"), host.id())).state());
    }

    // ---- without power management

    @Test
    void isRestartedElsewhereWithinSecondsOfTheExpiryOfItsLease() {
        TestCluster cluster = cluster(false, Leasing.WITH_WATCHDOG);
        cluster.host("h1").losePower();

        cluster.until(
                LATER,
                c -> c.vm("v").state() == VmState.UP
                        && !Things.id("h1").equals(c.vm("v").hostId()));

        assertTrue(logged(cluster, "host.leases_expire"));
        assertTrue(logged(cluster, "vm.restarted_by_lease"));
        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("h1").state());
        assertNull(cluster.vm("v").status().targetHostId());
    }

    @Test
    void staysWhileItsHostRenewsAndNobodyIsFenced() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        cluster.host("h1").cut = true;
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("h1").state());
        assertTrue(cluster.host("h1").runs(Things.id("v")));
        assertEquals(
                1,
                cluster.log.stream()
                        .filter(entry -> entry.code().equals("host.renews_its_leases"))
                        .count());
    }

    @Test
    void isFencedDespiteRenewalsIfThePolicySaysSo() {
        TestCluster cluster = cluster(
                true,
                Leasing.WITH_WATCHDOG,
                new Cluster.FencingPolicy(true, 50, true, Duration.ofSeconds(180), true, false, false));
        cluster.host("h1").cut = true;

        cluster.until(SOON, c -> logged(c, "host.down"));
    }

    @Test
    void isNotRestartedByAnExpiredLeaseWhereNoWatchdogIs() {
        TestCluster cluster = cluster(false, Leasing.WITHOUT_WATCHDOG);
        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
        assertTrue(logged(cluster, "host.leases_prove_nothing"));
        assertFalse(logged(cluster, "vm.restarted_by_lease"));
    }

    @Test
    void isRestartedWithoutAWatchdogWhereAnOperatorAllowsIt() {
        TestCluster cluster = cluster(
                false,
                Leasing.WITHOUT_WATCHDOG,
                new Cluster.FencingPolicy(true, 50, true, Duration.ofSeconds(180), true, true, true));
        cluster.host("h1").losePower();

        cluster.until(LATER, LeaseTest::runsElsewhere);
    }

    @Test
    void isRestartedWhereAMigrationToAnotherClusterMayHaveBroughtIt() {
        UUID other = Things.id("other");
        Host there = host("o1", false, Leasing.WITH_WATCHDOG);
        List<Entity> all = new ArrayList<>(List.of(
                Things.dataCenter(), Things.cluster(), Things.cluster("other"), Things.store(), Things.network()));
        for (String name : List.of("h1", "h2", "h3")) {
            all.add(host(name, false, Leasing.WITH_WATCHDOG));
        }
        all.add(there.withSpec(
                new HostSpec("o1", other, there.spec().address(), there.spec().port(), PowerManagement.NONE)));
        all.add(Things.on(leased("v"), "h1"));
        TestCluster cluster = new TestCluster(Settings.DEFAULT, all);
        cluster.leases.holders.put(Things.id("v"), Things.id("h1"));
        cluster.until(LATER, c -> joined(c) == 4);
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.SWALLOW);
        cluster.host("h1").habit(AgentCommand.QueryVm.class, Habit.SWALLOW);
        assertEquals(
                OperationState.FAILED,
                cluster.run(new Request.MigrateVm(Things.id("v"), null, other)).state());
        assertEquals(other, cluster.vm("v").status().targetClusterId());

        cluster.host("h1").losePower();
        cluster.until(LATER, c -> c.vm("v").state() == VmState.UP);

        assertEquals(Things.id("o1"), cluster.vm("v").hostId());
        assertEquals(other, cluster.vm("v").spec().clusterId());
        assertTrue(logged(cluster, "vm.restarted_by_lease"));
    }

    @Test
    void isBoundToBothHostsUntilTheNewOneSaysThatItRuns() {
        TestCluster cluster = cluster(false, Leasing.WITH_WATCHDOG);
        cluster.host("h2").habit(AgentCommand.StartVm.class, Habit.SWALLOW);
        cluster.host("h3").habit(AgentCommand.StartVm.class, Habit.SWALLOW);
        cluster.host("h1").losePower();

        cluster.until(LATER, c -> c.vm("v").status().targetHostId() != null);

        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
    }

    @Test
    void aHeldLeaseLeavesItWhereItWasAndIsTriedAgain() {
        TestCluster cluster = cluster(false, Leasing.WITH_WATCHDOG);
        cluster.host("h1").losePower();
        UUID somebody = Things.id("h3");
        // Held by a host that renews: no start may succeed, whatever the silent host's membership says.
        cluster.leases.holders.put(Things.id("v"), somebody);
        cluster.host("h3").habit(AgentCommand.StartVm.class, Habit.FAIL);
        cluster.until(LATER, c -> logged(c, "vm.restart_failed"));
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());

        cluster.leases.holders.remove(Things.id("v"));
        cluster.until(LATER, c -> c.vm("v").state() == VmState.UP);
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
    }

    @Test
    void aStartThatNobodyAnsweredIsFoundByAskingTheNewHost() {
        TestCluster cluster = cluster(false, Leasing.WITH_WATCHDOG);
        cluster.hosts().forEach(host -> host.habit(AgentCommand.StartVm.class, Habit.MUTE));
        cluster.host("h1").losePower();
        cluster.until(LATER, c -> c.starts.getOrDefault(Things.id("v"), 0) == 1);
        cluster.hosts().forEach(FakeHost::behave);

        cluster.until(Duration.ofMinutes(10), LeaseTest::runsElsewhere);

        assertNotEquals(Things.id("h1"), cluster.vm("v").hostId());
        assertEquals(1, cluster.starts.get(Things.id("v")));
    }

    // ---- with power management

    @Test
    void aConfirmedFenceFreesTheLeaseAtOnce() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        cluster.host("h1").losePower();

        cluster.until(SOON, LeaseTest::runsElsewhere);

        assertTrue(cluster.sent.stream()
                .anyMatch(command -> command.command() instanceof AgentCommand.ReleaseLease release
                        && release.holderLeaseId()
                                == cluster.storage("store")
                                        .lockspace()
                                        .of(Things.id("h1"))
                                        .orElseThrow()
                                        .leaseId()));
        assertNull(cluster.vm("v").status().leaseLeftBy());
        assertFalse(logged(cluster, "vm.restarted_by_lease"));
    }

    @Test
    void aFenceThatFailsLeavesTheWayByTheLease() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        cluster.host("h1").bmcBroken = true;
        cluster.host("h1").losePower();

        cluster.until(LATER, LeaseTest::runsElsewhere);

        assertTrue(logged(cluster, "host.fence_failed"));
        assertTrue(logged(cluster, "vm.restarted_by_lease"));
    }

    @Test
    void nobodyLooksAtTheStorageForAHostWithoutLeasedVms() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        cluster.host("h2").losePower();
        cluster.until(SOON, c -> logged(c, "host.down"));

        assertEquals(0, inspections(cluster));
    }

    // ---- what may have a lease

    @Test
    void aLeaseIsMadeWithTheVmAndDeletedWithIt() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        Vm vm = leased("w");

        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.CreateVm(vm.id(), vm.spec(), false, false))
                        .state());
        assertTrue(cluster.leases.made.contains(vm.id()));
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.DeleteVm(vm.id())).state());
        assertFalse(cluster.leases.made.contains(vm.id()));
    }

    @Test
    void aVmWhoseLeaseCannotBeMadeIsNotMade() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        cluster.hosts().forEach(host -> host.habit(AgentCommand.CreateLease.class, Habit.FAIL));
        Vm vm = leased("w");

        assertEquals(
                OperationState.FAILED,
                cluster.run(new Request.CreateVm(vm.id(), vm.spec(), false, false))
                        .state());
        assertTrue(cluster.disks.isEmpty());
    }

    @Test
    void aLeaseIsTakenAwayAndGivenOnlyWhileTheVmIsDown() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        Vm running = cluster.vm("v");
        var without = running.spec().with(new HighAvailability(true, Priority.MEDIUM));

        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.ChangeVm(running.id(), without, null)).state());
        cluster.leases.made.add(running.id());
        cluster.run(new Request.StopVm(running.id(), true));
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.ChangeVm(running.id(), without, null)).state());
        assertNull(cluster.vm("v").leaseDomainId());
        assertFalse(cluster.leases.made.contains(running.id()));
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.ChangeVm(running.id(), running.spec(), null))
                        .state());
        assertEquals(Things.STORE, cluster.vm("v").leaseDomainId());
        assertTrue(cluster.leases.made.contains(running.id()));
    }

    @Test
    void aTypeIsNotRemovedUnderAVmThatIsAboutToNameIt() {
        TestCluster cluster = cluster(true, Leasing.WITH_WATCHDOG);
        Vm vm = cluster.vm("v");
        InstanceType type = new InstanceType(
                Things.id("type"), "type", "", Size.of(vm.spec().hardware()), Meta.NONE);
        cluster.run(new Request.Configure(type, 0));
        cluster.leases.made.add(vm.id());
        cluster.run(new Request.StopVm(vm.id(), true));
        cluster.run(new Request.ChangeVm(vm.id(), vm.spec().with(new HighAvailability(true, Priority.MEDIUM)), null));

        UUID change = cluster.submit(new Request.ChangeVm(vm.id(), vm.spec().ofType(type.id()), null));
        UUID removal = cluster.submit(new Request.RemoveConfig(Kind.INSTANCE_TYPE, type.id(), null));

        assertFalse(cluster.ended.containsKey(change));
        String refusal = String.valueOf(cluster.ended.get(removal));
        assertTrue(refusal.contains("is used by the operation change v"), refusal);
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(change));
        assertEquals(type.id(), cluster.vm("v").spec().instanceTypeId());
    }

    @Test
    void aHostThatSaysThatItIsNoMemberAnyMoreJoinsAgain() {
        TestCluster cluster = cluster(false, Leasing.WITH_WATCHDOG);
        UUID h2 = Things.id("h2");

        cluster.handle(new Event.LockspacesListed(h2, Set.of()));
        assertEquals(3, joined(cluster));
        cluster.handle(new Event.LockspacesListed(h2, Set.of()));

        assertTrue(logged(cluster, "host.left_lockspace"));
        assertEquals(2, joined(cluster));
        cluster.until(SOON, c -> joined(c) == 3);
    }

    @Test
    void aHostThatSaysThatItIsAMemberIsLeftAlone() {
        TestCluster cluster = cluster(false, Leasing.WITH_WATCHDOG);

        cluster.handle(new Event.LockspacesListed(Things.id("h2"), Set.of(Things.STORE)));
        cluster.advance(Duration.ofMinutes(11));

        assertEquals(3, joined(cluster));
        long joins = cluster.ended.values().stream()
                .filter(operation -> operation.request() instanceof Request.JoinLockspace)
                .count();
        assertEquals(3, joins);
    }
}
