package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand.GrowVm;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Hardware.Growth;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.Quota.Enforcement;
import io.kvorum.core.inventory.Quota.Limit;
import io.kvorum.core.inventory.QuotaUse.Amount;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** VM "v" of 2 virtual CPUs and 2 GiB runs on h1, with 16 threads and 31.5 GiB for guests, and grows. */
@NullUnmarked
class GrowthTest {

    private static final UUID VM = Things.id("v");
    private static final UUID GOLD = Things.id("gold");

    private static Vm running(long mostGib) {
        return Things.on(Things.growing("v", mostGib), "h1");
    }

    private static Vm large(String name, boolean ha, long gib) {
        return Things.vm(Things.spec(name, ha, Priority.MEDIUM, MigrationMode.ALLOWED, gib * Things.GIB));
    }

    private static Operation grow(TestCluster cluster, int sockets, long gib) {
        return cluster.run(Things.resize(cluster.vm("v"), sockets, gib));
    }

    private static void has(TestCluster cluster, int vcpus, long gib) {
        Vm vm = cluster.vm("v");
        assertEquals(vcpus, vm.spec().hardware().vcpus());
        assertEquals(gib * Things.GIB, vm.spec().hardware().memoryBytes());
        assertNull(vm.status().growing());
    }

    private static void refused(TestCluster cluster, Operation end, String words) {
        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(Problem.Type.CONFLICT, end.problem().type());
        assertTrue(end.problem().detail().contains(words), end.problem().detail());
        assertTrue(cluster.host("h1").plugged.isEmpty());
        assertNull(cluster.vm("v").status().growing());
    }

    private static void failed(Operation end, String words) {
        assertEquals(OperationState.FAILED, end.state());
        assertTrue(end.problem().detail().contains(words), end.problem().detail());
    }

    // ---- growing

    @Test
    void memoryComesFirstThenCpus() {
        TestCluster cluster = TestCluster.of(2, running(8));

        Operation end = grow(cluster, 3, 4);

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(
                List.of("memory 2048 → 4096 MiB", "virtual CPUs 2 → 6"),
                end.steps().stream().map(Step::name).toList());
        assertEquals(List.of(new GrowVm(VM, 4 * Things.GIB, 0), new GrowVm(VM, 0, 6)), cluster.host("h1").plugged);
        has(cluster, 6, 4);
        assertEquals(4 * Things.GIB, cluster.vm("v").spec().hardware().guaranteedMemoryBytes());
        assertTrue(cluster.codes().contains("vm.grown"));
        cluster.assertAtRest();
    }

    @Test
    void whatElseIsAskedForIsChangedToo() {
        TestCluster cluster = TestCluster.of(2, running(8));
        VmSpec spec = cluster.vm("v").spec();
        VmSpec asked = Things.resize(cluster.vm("v"), 2, 2).spec().with(new Vm.HighAvailability(true, Priority.HIGH));

        cluster.run(new Request.ChangeVm(VM, asked, null));

        has(cluster, 4, 2);
        assertTrue(cluster.vm("v").spec().highAvailability().enabled());
        assertEquals(spec.hardware().growth(), cluster.vm("v").spec().hardware().growth());
    }

    @Test
    void whatElseStandsAgainstItsHostDoesNotKeepItSmall() {
        Vm v = running(8);
        HostWishes elsewhere = new HostWishes(List.of(Things.id("h2")), List.of());
        TestCluster cluster = TestCluster.of(2, v.withSpec(v.spec().with(elsewhere)));

        assertEquals(OperationState.SUCCEEDED, grow(cluster, 1, 3).state());
        has(cluster, 2, 3);
    }

    // ---- room

    @Test
    void itsHostMustHaveTheMemoryAndTheThreads() {
        TestCluster cluster = TestCluster.of(2, running(31), Things.on(large("other", false, 20), "h1"));

        refused(
                cluster,
                grow(cluster, 1, 16),
                "Memory: The VM needs 16384 MiB, 11776 MiB of 32256 MiB are not promised yet. Migrate it");
        has(cluster, 2, 2);
        assertEquals(OperationState.SUCCEEDED, grow(cluster, 1, 11).state());

        VmSpec spec = running(8).spec();
        Hardware wide = spec.hardware().with(new Growth(9, 0));
        TestCluster narrow = TestCluster.of(2, Things.on(Things.vm(spec.with(wide)), "h1"));
        refused(narrow, grow(narrow, 9, 2), "CPU: The VM has 18 virtual CPUs, the host 16 CPU threads.");
    }

    @Test
    void onlyWhatGrowsNeedsRoom() {
        TestCluster cluster = TestCluster.of(
                2, running(8), Things.on(large("a", false, 20), "h1"), Things.on(large("b", false, 20), "h1"));

        refused(cluster, grow(cluster, 2, 3), "Memory: ");
        assertEquals(OperationState.SUCCEEDED, grow(cluster, 2, 2).state());
    }

    @Test
    void whatItIsBeingGivenIsTakenAlready() {
        TestCluster cluster = TestCluster.of(1, quota(8, 0), gold(running(24)), large("b", false, 10));
        cluster.host("h1").habit(GrowVm.class, Habit.SWALLOW);
        cluster.submit(Things.resize(cluster.vm("v"), 4, 24));
        cluster.advance(Duration.ofSeconds(1));

        assertNotNull(cluster.vm("v").status().growing());
        assertEquals(new Amount(1, 8, 24 * Things.GIB), used(cluster));
        Operation start = cluster.run(new Request.StartVm(Things.id("b"), null));
        assertEquals(OperationState.REFUSED, start.state());
        assertEquals(Problem.Type.NO_HOST, start.problem().type());
    }

    private static Quota quota(int vcpus, long gib) {
        return new Quota(
                GOLD,
                "gold",
                "",
                Things.DATA_CENTER,
                Enforcement.ENFORCED,
                new Limit(vcpus, gib * Things.GIB),
                List.of(),
                75,
                Meta.NONE);
    }

    private static Vm gold(Vm vm) {
        return vm.withSpec(vm.spec().inQuota(GOLD));
    }

    private static Amount used(TestCluster cluster) {
        Map<UUID, Amount> used = cluster.controller().quotaUse(GOLD).orElseThrow();
        return used.getOrDefault(Things.CLUSTER, Amount.NOTHING);
    }

    @Test
    void itsQuotaMustHaveWhatItGetsMore() {
        TestCluster cluster = TestCluster.of(2, quota(4, 2), gold(running(8)));

        refused(
                cluster,
                grow(cluster, 3, 2),
                "Quota gold allows 4 virtual CPUs, 2 are used, and VM v asks for 4. Stop VMs of this quota, or raise it.");
        refused(
                cluster,
                grow(cluster, 2, 3),
                "Quota gold allows 2048 MiB of memory, 2048 are used, and VM v asks for 1024.");
        assertEquals(OperationState.SUCCEEDED, grow(cluster, 2, 2).state());
        assertEquals(new Amount(1, 4, 2 * Things.GIB), used(cluster));
        assertTrue(cluster.codes().contains("quota.threshold"));
    }

    @Test
    void whatMustBeRestartedElsewhereMustStillFitThere() {
        Cluster enforcing = Things.cluster().with(new AdmissionPolicy(AdmissionMode.ENFORCE, 1));
        VmSpec spec = running(24).spec();
        Vm v = Things.on(Things.vm(spec.with(new Vm.HighAvailability(true, Priority.MEDIUM))), "h1");
        TestCluster cluster = new TestCluster(
                Things.dataCenter(),
                enforcing,
                Things.store(),
                Things.network(),
                Things.host("h1"),
                Things.host("h2"),
                v,
                Things.on(large("w", true, 14), "h2"));

        refused(cluster, grow(cluster, 1, 20), "if h2 failed, VM w could not be restarted.");
        assertEquals(OperationState.SUCCEEDED, grow(cluster, 1, 17).state());
    }

    // ---- what goes wrong

    @Test
    void withoutItsMemoryItGetsNoCpus() {
        TestCluster cluster = TestCluster.of(2, running(8));
        cluster.host("h1").habit(GrowVm.class, Habit.FAIL);

        failed(
                grow(cluster, 2, 4),
                "VM v was not given 4096 MiB. It has 2 virtual CPUs and 2048 MiB. It was told to fail.");
        has(cluster, 2, 2);
        assertEquals(
                1,
                cluster.sent.stream()
                        .filter(sent -> sent.command() instanceof GrowVm)
                        .count());
        cluster.assertAtRest();
    }

    @Test
    void withoutItsCpusItKeepsItsMemory() {
        TestCluster cluster = TestCluster.of(2, quota(0, 0), gold(running(8)));
        UUID id = cluster.submit(Things.resize(cluster.vm("v"), 2, 4));
        cluster.until(Duration.ofMinutes(1), c -> c.vm("v").spec().hardware().memoryBytes() == 4 * Things.GIB);
        assertEquals(new Amount(1, 4, 4 * Things.GIB), used(cluster));
        cluster.host("h1").habit(GrowVm.class, Habit.FAIL);
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));

        failed(
                cluster.ended.get(id),
                "VM v was not given 4 virtual CPUs. It has 2 virtual CPUs and 4096 MiB. It was told to fail.");
        has(cluster, 2, 4);
        assertEquals(new Amount(1, 2, 4 * Things.GIB), used(cluster));
        cluster.assertAtRest();
    }

    @Test
    void aHostThatWasInterruptedIsAskedAgain() {
        TestCluster cluster = TestCluster.of(2, running(8));
        cluster.host("h1").habit(GrowVm.class, Habit.INTERRUPT);
        UUID id = cluster.submit(Things.resize(cluster.vm("v"), 1, 4));
        cluster.advance(Duration.ofSeconds(3));
        cluster.host("h1").behave();
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(id).state());
        assertEquals(3, cluster.ended.get(id).steps().size());
        has(cluster, 2, 4);
    }

    @Test
    void whatItMayHaveGotCounts() {
        TestCluster cluster = TestCluster.of(2, running(8));
        cluster.host("h1").habit(GrowVm.class, Habit.MUTE);

        failed(grow(cluster, 2, 4), "Host h1 did not say whether VM v was given 4096 MiB.");

        has(cluster, 2, 4);
        assertEquals(3, cluster.host("h1").plugged.size());
        cluster.assertAtRest();
    }

    @Test
    void aRefusalAfterDoubtIsNoProof() {
        TestCluster cluster = TestCluster.of(2, running(8));
        cluster.host("h1").habit(GrowVm.class, Habit.MUTE);
        UUID id = cluster.submit(Things.resize(cluster.vm("v"), 1, 4));
        cluster.advance(Duration.ofSeconds(3));
        cluster.host("h1").habit(GrowVm.class, Habit.FAIL);
        cluster.until(Duration.ofMinutes(10), c -> c.ended.containsKey(id));

        failed(cluster.ended.get(id), "did not say");
        has(cluster, 2, 4);
    }

    @Test
    void aGuestThatIsGoneGotNothing() {
        TestCluster cluster = TestCluster.of(2, running(8));
        cluster.host("h1").habit(GrowVm.class, Habit.MUTE);
        UUID id = cluster.submit(Things.resize(cluster.vm("v"), 1, 4));
        cluster.advance(Duration.ofSeconds(3));
        cluster.host("h1").behave();
        cluster.host("h1").guest(VM, VmRunState.CRASHED, Cause.CRASHED);
        cluster.until(Duration.ofMinutes(10), c -> c.ended.containsKey(id));
        cluster.advance(Duration.ofSeconds(10));

        failed(cluster.ended.get(id), "VM v was not given 4096 MiB.");
        has(cluster, 2, 2);
        assertEquals(VmState.DOWN, cluster.vm("v").state());
        cluster.assertAtRest();
    }

    @Test
    void itIsRestartedElsewhereAsItWasWhenItsHostDies() {
        Vm v = running(8);
        VmSpec ha =
                v.spec().with(new Vm.HighAvailability(true, Priority.MEDIUM)).inQuota(GOLD);
        TestCluster cluster = TestCluster.of(3, quota(0, 0), v.withSpec(ha));
        cluster.host("h1").habit(GrowVm.class, Habit.SWALLOW);
        UUID id = cluster.submit(Things.resize(cluster.vm("v"), 2, 4));
        cluster.advance(Duration.ofSeconds(1));
        assertEquals(new Amount(1, 4, 4 * Things.GIB), used(cluster));

        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(5), c -> c.vm("v").state() == VmState.UP && c.ended.containsKey(id));

        failed(cluster.ended.get(id), "VM v was not given 4096 MiB.");
        has(cluster, 2, 2);
        assertEquals(1, cluster.whereRuns("v").size());
        assertEquals(new Amount(1, 2, 2 * Things.GIB), used(cluster));
    }

    @Test
    void aNewLeaderGoesOn() {
        TestCluster cluster = TestCluster.of(2, running(8));
        UUID id = cluster.submit(Things.resize(cluster.vm("v"), 2, 4));
        cluster.newLeader();
        cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(id).state());
        has(cluster, 4, 4);
        assertEquals(2, cluster.host("h1").plugged.size());
    }

    // ---- what is refused

    @Test
    void onlyWhatRunsGrows() {
        TestCluster cluster = TestCluster.of(2, running(8));
        cluster.run(new Request.ControlVm(VM, Request.VmControl.PAUSE));
        refused(cluster, grow(cluster, 2, 2), "while it is paused on h1; it must be up");

        cluster.run(new Request.StopVm(VM, true));
        assertEquals(OperationState.SUCCEEDED, grow(cluster, 2, 1).state());
        has(cluster, 4, 1);
        assertTrue(cluster.host("h1").plugged.isEmpty());
    }

    @Test
    void aHostThatIsSilentGivesNothing() {
        TestCluster cluster = TestCluster.of(2, running(8));
        cluster.host("h1").hypervisorUp = false;
        cluster.until(Duration.ofMinutes(1), c -> c.hostState("h1").state() == HostState.NON_OPERATIONAL);

        refused(cluster, grow(cluster, 2, 2), "host h1 is non operational");
    }

    @Test
    void nothingBecomesSmallerAndNothingGrowsWithoutRoom() {
        TestCluster cluster = TestCluster.of(2, running(0));

        refused(cluster, grow(cluster, 2, 1), "it cannot become smaller. Stop it first.");
        refused(cluster, grow(cluster, 2, 4), "can have 4 sockets and 2048 MiB at most");
        assertEquals(OperationState.SUCCEEDED, grow(cluster, 2, 2).state());

        TestCluster fixed = TestCluster.of(2, Things.on(Things.vm("v"), "h1"));
        refused(fixed, grow(fixed, 2, 2), "does not grow: it has no hardware.growth. Stop it");
    }

    @Test
    void nothingElseOfItsHardwareChangesMeanwhile() {
        TestCluster cluster = TestCluster.of(2, running(8));
        VmSpec larger = Things.resize(cluster.vm("v"), 2, 4).spec();
        for (Hardware other : List.of(
                larger.hardware().with(new Growth(8, 16 * Things.GIB)),
                larger.hardware().with(new Tuning(0, false, 0, true)),
                larger.hardware().with(Hardware.Firmware.UEFI, false))) {
            refused(
                    cluster,
                    cluster.run(new Request.ChangeVm(VM, larger.with(other), null)),
                    "cannot be given another name, cluster or hardware while it is up");
        }
    }

    @Test
    void wrongRoomToGrowIsNamed() {
        Hardware plain = Things.hardware(2 * Things.GIB);
        long mib = 1 << 20;
        wrong(
                plain.sized(2, 2 * Things.GIB, 0).with(new Growth(1, 0)),
                "hardware.growth.maxSockets",
                "1",
                "from 2 to 256");
        wrong(plain.with(new Growth(257, 0)), "hardware.growth.maxSockets", "257", "from 1 to 256");
        wrong(plain.with(new Growth(0, Things.GIB)), "hardware.growth.maxMemoryBytes", "1073741824", "from 2147483648");
        wrong(
                plain.with(new Growth(0, 2 * Things.GIB + mib)),
                "hardware.growth.maxMemoryBytes",
                "2148532224",
                "multiple of 128 MiB");
        wrong(
                Things.hardware(Things.GIB + mib).with(new Growth(0, 2 * Things.GIB)),
                "hardware.memoryBytes",
                "1074790400",
                "multiple of 128 MiB");
        Growth growth = new Growth(4, 0);
        wrong(plain.with(new Tuning(1, false, 0)).with(growth), "hardware.numaNodes", "1", "hardware.growth");
        wrong(plain.with(new Tuning(1, true, 0)).with(growth), "hardware.dedicatedCpus", "true", "hardware.growth");
        wrong(
                plain.with(new Tuning(1, false, 2 * mib)).with(growth),
                "hardware.hugepageBytes",
                "2097152",
                "hardware.growth");
    }

    private static void wrong(Hardware hardware, String field, String value, String words) {
        TestCluster cluster = TestCluster.of(1);
        Operation end = cluster.run(new Request.CreateVm(VM, Things.spec("v").with(hardware), false, false));

        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(Problem.Type.INVALID, end.problem().type());
        FieldProblem problem = end.problem().errors().stream()
                .filter(error -> error.field().equals(field))
                .findFirst()
                .orElseThrow(() -> new AssertionError(field + " is not among " + end.problem()));
        assertEquals(value, problem.value());
        assertTrue(problem.message().contains(words), problem.message());
    }
}
