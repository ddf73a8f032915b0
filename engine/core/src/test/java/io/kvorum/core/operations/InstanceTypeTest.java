package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Hardware.Growth;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.InstanceType.Size;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.operations.Request.CreateVm;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.Room;
import io.kvorum.core.scheduling.Room.HostRoom;
import io.kvorum.core.scheduling.RoomSearch;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Types "small", which VMs of the tests have the size of, and "large". */
@NullUnmarked
class InstanceTypeTest {

    private static final InstanceType SMALL = type("small", Size.of(Things.hardware(2 * Things.GIB)));
    private static final InstanceType LARGE = type("large", new Size(1, 4, 1, 8 * Things.GIB, 4 * Things.GIB));

    private static InstanceType type(String name, Size size) {
        return new InstanceType(Things.id(name), name, "", size, Meta.NONE);
    }

    private static VmSpec of(InstanceType type, VmSpec spec) {
        return spec.with(type.size().applyTo(spec.hardware())).ofType(type.id());
    }

    private static Vm small(String name) {
        return Things.vm(of(SMALL, Things.spec(name)));
    }

    private static TestCluster cluster(Entity... more) {
        Entity[] all = new Entity[more.length + 2];
        all[0] = SMALL;
        all[1] = LARGE;
        System.arraycopy(more, 0, all, 2, more.length);
        return TestCluster.of(3, all);
    }

    private static Operation change(TestCluster cluster, String vm, VmSpec spec) {
        return cluster.run(new Request.ChangeVm(Things.id(vm), spec, null));
    }

    private static Map<String, String> errors(Problem problem) {
        assertEquals(Problem.Type.INVALID, problem.type());
        return problem.errors().stream()
                .collect(Collectors.toMap(FieldProblem::field, error -> error.value() + ": " + error.message()));
    }

    @Test
    void aVmHasTheSizeOfItsType() {
        TestCluster cluster = cluster();
        VmSpec spec = of(LARGE, Things.spec("a"));

        cluster.run(new CreateVm(Things.id("a"), spec, false, false));
        assertEquals(spec, cluster.vm("a").spec());
        Operation other =
                cluster.run(new CreateVm(Things.id("b"), Things.spec("b").ofType(LARGE.id()), false, false));

        assertEquals(OperationState.REFUSED, other.state());
        assertEquals(
                Map.of(
                        "hardware.coresPerSocket",
                        "2: Instance type large has 4. Leave it out, or name another instanceTypeId, or none.",
                        "hardware.memoryBytes",
                        "2147483648: Instance type large has 8589934592."
                                + " Leave it out, or name another instanceTypeId, or none.",
                        "hardware.guaranteedMemoryBytes",
                        "2147483648: Instance type large has 4294967296."
                                + " Leave it out, or name another instanceTypeId, or none."),
                errors(other.problem()));
    }

    @Test
    void aVmOfATypeDoesNotGrow() {
        Hardware growing = SMALL.size().applyTo(Things.hardware(Things.GIB)).with(new Growth(8, 0));
        Operation end = cluster()
                .run(new CreateVm(Things.id("a"), Things.spec("a").with(growing).ofType(SMALL.id()), false, false));

        assertEquals(
                List.of("hardware.growth"), List.copyOf(errors(end.problem()).keySet()));
        assertNull(LARGE.size().applyTo(growing).growth());
    }

    @Test
    void aFieldThatFollowsAnotherIsNotNamedTwice() {
        Hardware more = Things.hardware(3 * Things.GIB);
        Operation end = cluster()
                .run(new CreateVm(Things.id("a"), Things.spec("a").with(more).ofType(SMALL.id()), false, false));

        assertEquals(
                List.of("hardware.memoryBytes"),
                end.problem().errors().stream().map(FieldProblem::field).toList());
    }

    @Test
    void noWayOfMakingOrTryingVmsGetsAroundTheType() {
        TestCluster cluster = cluster();
        VmSpec wrong = Things.spec("a").ofType(LARGE.id());
        VmSpec unknown = Things.spec("a").ofType(Things.id("none"));
        Function<VmSpec, Map<String, String>> batch = spec -> errors(cluster.run(new Request.CreateVms(
                        Things.CLUSTER, List.of(new CreateVm(Things.id("a"), spec, false, false)), false))
                .problem());
        Function<VmSpec, Map<String, String>> dryRun = spec -> errors(assertInstanceOf(
                        PlacementDryRun.Refused.class, cluster.controller().tryPlacement(Things.id("a"), spec))
                .problem());

        assertTrue(batch.apply(wrong).containsKey("vms[0].hardware.memoryBytes"));
        assertTrue(batch.apply(unknown).get("vms[0].instanceTypeId").endsWith("There is no such instance type."));
        assertTrue(dryRun.apply(wrong).containsKey("hardware.memoryBytes"));
        assertTrue(dryRun.apply(unknown).containsKey("instanceTypeId"));
        PlacementDryRun<Explanation> good = cluster.controller().tryPlacement(Things.id("a"), of(SMALL, wrong));
        assertInstanceOf(PlacementDryRun.Answered.class, good);
        assertTrue(cluster.vms().findAny().isEmpty());
    }

    @Test
    void theSizeOfATypeNeverChanges() {
        TestCluster cluster = cluster();
        InstanceType renamed = new InstanceType(SMALL.id(), "tiny", "for tests", SMALL.size(), Meta.NONE);
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.Configure(renamed, 1)).state());

        InstanceType grown = new InstanceType(LARGE.id(), "large", "", new Size(2, 4, 1, 8 * Things.GIB, 0), Meta.NONE);
        Operation end = cluster.run(new Request.Configure(grown, 1));

        assertEquals(
                Map.of(
                        "sockets",
                        "2: It is 1, and the sizes of a type never change. Make another type, and give VMs that.",
                        "guaranteedMemoryBytes",
                        "0: It is 4294967296, and the sizes of a type never change. Make another type, and give VMs that."),
                errors(end.problem()));
    }

    @Test
    void aTypeIsHeldToTheLimitsOfVms() {
        TestCluster cluster = cluster();
        Operation end = cluster.run(new Request.Configure(type("huge", new Size(512, 2, 1, 1 << 20, 2 << 20)), 0));

        assertEquals(
                List.of("sockets", "memoryBytes", "guaranteedMemoryBytes"),
                end.problem().errors().stream().map(FieldProblem::field).toList());
        Operation taken = cluster.run(
                new Request.Configure(new InstanceType(Things.id("x"), "LARGE", "", SMALL.size(), Meta.NONE), 0));
        assertEquals(Map.of("name", "LARGE: Another instance type has this name."), errors(taken.problem()));
    }

    @Test
    void aTypeStaysWhileVmsNameIt() {
        Vm[] vms = IntStream.rangeClosed(1, 7).mapToObj(i -> small("v" + i)).toArray(Vm[]::new);
        TestCluster cluster = cluster(vms);
        Request remove = new Request.RemoveConfig(Kind.INSTANCE_TYPE, SMALL.id(), null);

        Problem refused = cluster.run(remove).problem();
        assertEquals(Problem.Type.CONFLICT, refused.type());
        assertEquals(
                "The instance type small is used by the VM v1, the VM v2, the VM v3, the VM v4, the VM v5 and 2 more;"
                        + " give VMs another one, or none, first.",
                refused.detail());
        assertEquals(Things.id("v1"), refused.blocker().id());

        for (Vm vm : vms) {
            change(cluster, vm.name(), vm.spec().ofType(null));
        }
        assertEquals(OperationState.SUCCEEDED, cluster.run(remove).state());
        assertEquals(SMALL.size(), Size.of(cluster.vm("v1").spec().hardware()));
    }

    @Test
    void anotherTypeIsOtherHardware() {
        TestCluster cluster = cluster(Things.on(small("a"), "h1"));
        VmSpec large = of(LARGE, cluster.vm("a").spec());

        Problem running = change(cluster, "a", large).problem();
        assertEquals(Problem.Type.CONFLICT, running.type());
        assertTrue(running.detail().contains("it must be down"), running.detail());
        InstanceType alike = type("alike", SMALL.size());
        cluster.run(new Request.Configure(alike, 0));
        assertEquals(
                OperationState.REFUSED,
                change(cluster, "a", cluster.vm("a").spec().ofType(alike.id())).state());

        cluster.run(new Request.StopVm(Things.id("a"), true));
        assertEquals(OperationState.SUCCEEDED, change(cluster, "a", large).state());
        assertEquals(LARGE.size(), Size.of(cluster.vm("a").spec().hardware()));
    }

    @Test
    void aVmIsLetGoOfItsTypeBeforeItIsSizedByItself() {
        TestCluster cluster = cluster(Things.on(small("a"), "h1"), small("b"));
        Hardware more = Things.hardware(3 * Things.GIB);
        VmSpec down = cluster.vm("b").spec();

        assertTrue(errors(change(cluster, "b", down.with(more)).problem()).containsKey("hardware.memoryBytes"));
        assertEquals(
                OperationState.SUCCEEDED,
                change(cluster, "b", down.with(more).ofType(null)).state());
        VmSpec running = cluster.vm("a").spec();
        assertEquals(
                OperationState.SUCCEEDED,
                change(cluster, "a", running.ofType(null)).state());
        assertNull(cluster.vm("a").spec().instanceTypeId());
        assertEquals(VmState.UP, cluster.vm("a").state());
    }

    @Test
    void asManyStartAsThereIsRoomFor() {
        TestCluster cluster = cluster(Things.on(small("a"), "h1"));
        PlacementDryRun<RoomSearch> answer = cluster.controller().tryRoom(Things.id("like"), bare("like"));
        assertInstanceOf(PlacementDryRun.Answered.class, answer);
        Room room = ((PlacementDryRun.Answered<RoomSearch>) answer).answer().run();
        assertEquals(9, room.more());

        for (int i = 0; i <= room.more(); i++) {
            cluster.run(new CreateVm(Things.id("m" + i), bare("m" + i), false, true));
        }
        cluster.advance(Duration.ofMinutes(1));

        Map<String, Integer> started = cluster.vms()
                .filter(vm -> LARGE.id().equals(vm.spec().instanceTypeId()) && vm.state() == VmState.UP)
                .collect(Collectors.groupingBy(
                        vm -> cluster.host(vm.hostId()).self().name(), Collectors.summingInt(vm -> 1)));
        assertEquals(room.hosts().stream().collect(Collectors.toMap(HostRoom::hostName, HostRoom::more)), started);
        assertEquals(VmState.DOWN, cluster.vm("m9").state());
    }

    private static VmSpec bare(String name) {
        VmSpec spec = new VmSpec(
                name,
                "",
                Things.CLUSTER,
                null,
                Things.hardware(2 * Things.GIB),
                List.of(),
                List.of(),
                new HighAvailability(false, Priority.MEDIUM),
                MigrationMode.ALLOWED,
                null);
        return of(LARGE, spec);
    }
}
