package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.operations.Request.VmControl;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whenever a leader dies, the next one brings what was begun to the right end. */
@NullUnmarked
class ResumptionTest {

    private static final UUID VM = Things.id("v");

    private static final List<Class<? extends AgentCommand>> TROUBLE = List.of(
            AgentCommand.StartVm.class,
            AgentCommand.StopVm.class,
            AgentCommand.ShutdownVm.class,
            AgentCommand.SuspendVm.class,
            AgentCommand.GrowVm.class,
            AgentCommand.MigrateVm.class,
            AgentCommand.CreateDisk.class,
            AgentCommand.DeleteDisk.class,
            AgentCommand.PauseVm.class);

    /** One operation in a world where it should succeed, with {@code down} VM "v" or one that runs on h1. */
    record Scenario(String name, boolean running, List<Entity> more, Request request) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Scenario of(boolean running, Request request, Entity... more) {
        return new Scenario(request.getClass().getSimpleName() + " " + request.verb(), running, List.of(more), request);
    }

    static List<Scenario> scenarios() {
        Image image = new Image(
                Things.id("image"),
                "image",
                Things.STORE,
                DiskFormat.QCOW2,
                ImageState.READY,
                null,
                1,
                Things.GIB,
                null,
                null,
                Meta.NONE);
        Image uploading = new Image(
                Things.id("image"),
                "image",
                Things.STORE,
                DiskFormat.QCOW2,
                ImageState.UPLOADING,
                null,
                1,
                0,
                null,
                Things.id("h1"),
                Meta.NONE);
        Template template = new Template(
                Things.id("template"),
                "template",
                "",
                Things.DATA_CENTER,
                Things.hardware(Things.GIB),
                List.of(new Template.TemplateDisk(
                        Things.id("tdisk"), null, Things.STORE, DiskFormat.QCOW2, Things.GIB)),
                true,
                Meta.NONE);
        HostSpec renamed = new HostSpec("renamed", Things.CLUSTER, "h1.example", 8443, Things.power(1));
        return List.of(
                of(false, new Request.Configure(Things.store("other", StorageState.UNATTACHED), 0)),
                of(
                        false,
                        new Request.RemoveConfig(Kind.NETWORK, Things.id("spare"), null),
                        new Network(
                                Things.id("spare"),
                                "spare",
                                Things.DATA_CENTER,
                                NetworkKind.BRIDGE,
                                "br0",
                                null,
                                Meta.NONE)),
                of(
                        false,
                        new Request.RegisterHost(
                                Things.id("new"), Things.host("new").spec(), Things.facts("new"), Instant.EPOCH)),
                of(false, new Request.ChangeHost(Things.id("h1"), renamed, null)),
                of(false, new Request.RenewHost(Things.id("h1"), Instant.EPOCH)),
                of(false, new Request.RemoveHost(Things.id("old")), Things.host("old", HostState.MAINTENANCE)),
                of(true, new Request.MaintainHost(Things.id("h1"))),
                of(false, new Request.ActivateHost(Things.id("old")), Things.host("old", HostState.MAINTENANCE)),
                of(false, new Request.PowerHost(Things.id("h2"), PowerTask.RESTART)),
                of(false, new Request.PowerHost(Things.id("h2"), PowerTask.STATUS)),
                of(false, new Request.PowerHost(Things.id("h2"), PowerTask.OFF)),
                of(false, new Request.PowerHost(Things.id("h2"), PowerTask.SLEEP)),
                of(
                        false,
                        new Request.PowerHost(Things.id("asleep"), PowerTask.WAKE),
                        Things.host("asleep").asleep(new Host.Sleep(Instant.EPOCH, null, null), null)),
                of(false, new Request.InspectStorage(Things.STORE)),
                of(false, new Request.ChangeVm(VM, Things.spec("v"), null)),
                of(false, new Request.CreateVm(Things.id("n"), Things.spec("n"), true, true)),
                of(false, new Request.DeleteVm(VM)),
                of(false, new Request.StartVm(VM, null)),
                of(true, new Request.StopVm(VM, false)),
                of(true, new Request.StopVm(VM, true)),
                of(true, new Request.ControlVm(VM, VmControl.PAUSE)),
                of(true, new Request.ControlVm(VM, VmControl.REBOOT)),
                of(true, new Request.SuspendVm(VM)),
                of(true, new Request.CheckVm(VM, Things.id("h1"), false)),
                of(true, new Request.MigrateVm(VM, null)),
                of(
                        true,
                        Things.resize(Things.on(Things.growing("grows", 8), "h1"), 2, 4),
                        Things.on(Things.growing("grows", 8), "h1")),
                of(
                        true,
                        new Request.MigrateVm(VM, null, Things.id("other")),
                        Things.cluster("other"),
                        Things.host("o1", Things.id("other"), "Test-CPU", "Model-A")),
                of(false, new Request.BeginImage(Things.id("i"), "i", Things.STORE, DiskFormat.RAW, 1, null)),
                of(false, new Request.FinishImage(Things.id("image"), 1, "00", null), uploading),
                of(false, new Request.DeleteImage(Things.id("image")), image),
                of(
                        false,
                        new Request.CreateTemplate(
                                Things.id("t"), "t", "", Things.DATA_CENTER, Things.hardware(Things.GIB), null, VM)),
                of(
                        false,
                        new Request.CreateTemplate(
                                Things.id("t"),
                                "t",
                                "",
                                Things.DATA_CENTER,
                                Things.hardware(Things.GIB),
                                Things.id("image"),
                                null),
                        image),
                of(false, new Request.DeleteTemplate(Things.id("template")), template));
    }

    private static TestCluster world(Scenario scenario) {
        Entity[] more = new Entity[scenario.more().size() + 1];
        more[0] = scenario.running() ? Things.on(Things.vm("v"), "h1") : Things.vm("v");
        for (int i = 1; i < more.length; i++) {
            more[i] = scenario.more().get(i - 1);
        }
        TestCluster cluster = TestCluster.of(3, more);
        cluster.addMachine(Things.host("new"));
        return cluster;
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void endsRightlyWhereverTheLeaderDies(Scenario scenario) {
        // given: how many transactions it takes undisturbed
        TestCluster undisturbed = world(scenario);
        int before = undisturbed.persists();
        assertEquals(
                OperationState.SUCCEEDED, undisturbed.run(scenario.request()).state());
        int transactions = undisturbed.persists() - before;

        for (int crash = 1; crash <= transactions; crash++) {
            for (boolean losesIt : new boolean[] {true, false}) {
                // when
                TestCluster cluster = world(scenario);
                cluster.crashAtPersist(crash, losesIt);
                Operation end = cluster.run(scenario.request());
                cluster.advance(Duration.ofMinutes(3));

                // then
                String where = "at transaction " + crash + (losesIt ? ", lost" : "") + ": " + end;
                assertEquals(OperationState.SUCCEEDED, end.state(), where);
                cluster.assertAtRest();
                cluster.vms()
                        .forEach(vm -> assertEquals(
                                vm.state() == VmState.UP || vm.state() == VmState.PAUSED,
                                cluster.whereRuns(vm.name()).size() == 1,
                                where));
                assertTrue(cluster.starts.values().stream().allMatch(count -> count == 1), where);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void comesToRestWhereverTheLeaderDiesAmongFailures(Scenario scenario) {
        for (Habit habit : List.of(Habit.FAIL, Habit.INTERRUPT)) {
            for (int crash = 1; crash <= 8; crash++) {
                TestCluster cluster = world(scenario);
                cluster.hosts().forEach(host -> TROUBLE.forEach(type -> host.habit(type, habit)));
                cluster.crashAtPersist(crash, crash % 2 == 0);
                cluster.run(scenario.request());
                cluster.advance(Duration.ofMinutes(3));

                cluster.assertAtRest();
                cluster.vms()
                        .forEach(vm -> assertEquals(
                                vm.hostId() != null,
                                cluster.whereRuns(vm.name()).size() == 1,
                                vm + " with " + habit));
            }
        }
    }

    @Test
    void aDeadHostLeadsToOneRestartWhereverTheLeaderDies() {
        for (int crash = 1; crash <= 16; crash++) {
            for (boolean losesIt : new boolean[] {true, false}) {
                TestCluster cluster = TestCluster.of(3, Things.on(Things.ha("v"), "h1"));
                cluster.host("h1").losePower();
                cluster.crashAtPersist(crash, losesIt);
                cluster.advance(Duration.ofMinutes(3));

                assertEquals(VmState.UP, cluster.vm("v").state(), "crash " + crash);
                assertEquals(1, cluster.starts.get(VM), "crash " + crash);
                cluster.assertAtRest();
            }
        }
    }

    @Test
    void aConfirmationCountsOnceWhereverTheLeaderDies() {
        for (int crash = 1; crash <= 6; crash++) {
            TestCluster cluster =
                    TestCluster.of(2, Things.powerless(Things.host("bare")), Things.on(Things.ha("v"), "bare"));
            cluster.host("bare").losePower();
            cluster.advance(Duration.ofSeconds(30));
            cluster.crashAtPersist(crash, crash % 2 == 0);
            cluster.run(new Request.ConfirmHostDown(Things.id("bare"), "bare"));
            cluster.advance(Duration.ofMinutes(1));

            assertEquals(VmState.UP, cluster.vm("v").state());
            assertEquals(1, cluster.starts.get(VM));
        }
    }

    @Test
    void aDiskThatCannotBeMadeLeavesNothingWhereverTheLeaderDies() {
        for (int crash = 1; crash <= 6; crash++) {
            TestCluster cluster = TestCluster.of(1);
            cluster.host("h1").habit(AgentCommand.CreateDisk.class, Habit.FAIL);
            cluster.crashAtPersist(crash, crash % 2 == 0);
            Operation end = cluster.run(new Request.CreateVm(Things.id("n"), Things.spec("n"), true, true));
            cluster.advance(Duration.ofMinutes(1));

            assertEquals(OperationState.FAILED, end.state());
            assertTrue(cluster.disks.isEmpty());
            assertEquals(0, cluster.vms().count());
        }
    }
}
