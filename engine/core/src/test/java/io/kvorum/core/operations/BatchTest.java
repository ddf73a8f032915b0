package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Hosts have 32 GiB, of which 31.5 are for VMs. */
@NullUnmarked
class BatchTest {

    private static VmSpec spec(String name, long gib) {
        return Things.spec(name, false, Priority.MEDIUM, MigrationMode.ALLOWED, gib * Things.GIB);
    }

    private static Request.CreateVms create(boolean allOrNothing, VmSpec... specs) {
        return new Request.CreateVms(
                Things.CLUSTER,
                Arrays.stream(specs)
                        .map(spec -> new Request.CreateVm(Things.id(spec.name()), spec, true, true))
                        .toList(),
                allOrNothing);
    }

    private static Request.StartVms start(boolean allOrNothing, String... names) {
        return new Request.StartVms(
                Things.CLUSTER, Arrays.stream(names).map(Things::id).toList(), allOrNothing);
    }

    private static Set<String> running(TestCluster cluster) {
        return cluster.vms()
                .filter(vm -> vm.state() == VmState.UP)
                .map(Vm::name)
                .collect(Collectors.toSet());
    }

    @Test
    void makesAllAndStartsAll() {
        TestCluster cluster = TestCluster.of(2);
        VmSpec[] specs = IntStream.range(0, 12).mapToObj(i -> spec("v" + i, 2)).toArray(VmSpec[]::new);

        Operation end = cluster.run(create(false, specs));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals("12 VMs run.", end.summary());
        assertEquals(
                List.of("make them", "start them"),
                end.steps().stream().map(Step::name).toList());
        assertEquals(12, running(cluster).size());
        assertEquals(
                12,
                cluster.ended.values().stream()
                        .filter(child ->
                                end.id().equals(child.parentId()) && child.request() instanceof Request.StartVm)
                        .count());
        cluster.assertAtRest();
    }

    @Test
    void aWrongFieldOfOneMakesNone() {
        TestCluster cluster = TestCluster.of(1, Things.vm("Old"));

        Operation end = cluster.run(create(false, spec("v1", 2), spec("old", 2), spec("v1", 0)));

        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(
                Set.of("vms[1].name", "vms[2].name", "vms[2].hardware.memoryBytes"),
                end.problem().errors().stream().map(FieldProblem::field).collect(Collectors.toSet()));
        assertEquals(1, cluster.vms().count());
        assertTrue(cluster.disks.isEmpty());
    }

    @Test
    void aBatchOfNothingIsRefused() {
        TestCluster cluster = TestCluster.of(1);

        assertEquals(OperationState.REFUSED, cluster.run(create(true)).state());
        assertEquals(OperationState.REFUSED, cluster.run(start(true)).state());
    }

    @Test
    void whoNeedsMostChoosesFirst() {
        TestCluster cluster =
                TestCluster.of(2, Things.vm(spec("a", 8)), Things.vm(spec("b", 8)), Things.vm(spec("z", 31)));

        Operation end = cluster.run(start(false, "a", "b", "z"));

        assertEquals("3 VMs run.", end.summary());
    }

    @Test
    void allOrNothingStartsNoneWhereNotAllHaveRoom() {
        TestCluster cluster =
                TestCluster.of(2, Things.vm(spec("a", 20)), Things.vm(spec("b", 20)), Things.vm(spec("c", 20)));

        Operation end = cluster.run(start(true, "a", "b", "c"));

        assertEquals(OperationState.REFUSED, end.state());
        assertTrue(
                end.problem().detail().contains("room for 2 of 3 VMs"),
                end.problem().detail());
        assertTrue(
                end.problem().detail().contains("Without a host: c."),
                end.problem().detail());
        assertEquals(Set.of(), running(cluster));
        assertEquals(
                OperationState.SUCCEEDED, cluster.run(start(true, "a", "b")).state());
    }

    @Test
    void startsAsManyAsHaveRoomAndNamesTheOthers() {
        TestCluster cluster =
                TestCluster.of(2, Things.vm(spec("a", 20)), Things.vm(spec("b", 20)), Things.vm(spec("c", 20)));

        Operation end = cluster.run(start(false, "a", "b", "c"));

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(
                end.problem().detail().startsWith("2 of 3 VMs run. Not started: c."),
                end.problem().detail());
        assertEquals(Set.of("a", "b"), running(cluster));
    }

    @Test
    void thoseThatRunAreLeftAlone() {
        TestCluster cluster = TestCluster.of(1, Things.on(Things.vm("a"), "h1"), Things.vm("b"));

        assertEquals("2 VMs run.", cluster.run(start(false, "a", "b")).summary());
        assertEquals("2 VMs run.", cluster.run(start(true, "a", "b")).summary());
        assertEquals(
                1, cluster.starts.values().stream().mapToInt(Integer::intValue).sum());
    }

    @Test
    void aVmThatCannotBeMadeDoesNotHoldTheOthersBack() {
        TestCluster cluster = TestCluster.of(1);
        cluster.host("h1").habit(AgentCommand.CreateDisk.class, Habit.FAIL);

        Operation end = cluster.run(create(false, spec("a", 2), spec("b", 2)));

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(
                end.problem().detail().startsWith("0 of 2 VMs were made."),
                end.problem().detail());
        cluster.assertAtRest();
    }

    @Test
    void aNewLeaderGoesOnInTheMiddle() {
        for (int crash = 1; crash < 12; crash++) {
            TestCluster cluster = TestCluster.of(2);
            cluster.crashAtPersist(crash, crash % 2 == 0);

            Request.CreateVms request = create(false, spec("a", 2), spec("b", 4), spec("c", 8));
            UUID id = cluster.submit(request);
            cluster.until(Duration.ofMinutes(10), c -> c.ended.containsKey(id));

            assertEquals(OperationState.SUCCEEDED, cluster.ended.get(id).state(), "crash at " + crash);
            assertEquals(Set.of("a", "b", "c"), running(cluster));
            cluster.assertAtRest();
        }
    }

    @Test
    void calledOffItStartsNoMore() {
        TestCluster cluster = TestCluster.of(1);
        cluster.host("h1").habit(AgentCommand.CreateDisk.class, Habit.MUTE);
        UUID id = cluster.submit(create(false, spec("a", 2), spec("b", 2)));
        cluster.until(Duration.ofSeconds(5), c -> !c.openOperations().isEmpty());
        cluster.cancel(id);
        cluster.until(Duration.ofHours(6), c -> c.ended.containsKey(id));

        assertEquals(OperationState.CANCELLED, cluster.ended.get(id).state());
        assertEquals(Set.of(), running(cluster));
    }
}
