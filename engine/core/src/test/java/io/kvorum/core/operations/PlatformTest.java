package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Tsc;
import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A guest keeps the machine type and the time stamp counter that it was started with; other hosts are refused. */
@NullUnmarked
class PlatformTest {

    private static final long GHZ_3 = 3_000_000_000L;

    /** The last of the versions is its newest, for which "q35" stands. */
    private static Host host(String name, @Nullable Tsc tsc, String... versions) {
        Host host = Things.host(name);
        List<String> types =
                Arrays.stream(versions).map(version -> "pc-q35-" + version).toList();
        return host.withFacts(
                host.facts().with(types, types.isEmpty() ? Map.of() : Map.of("q35", types.getLast()), tsc));
    }

    private static TestCluster cluster(Vm vm, Host... hosts) {
        List<Entity> all =
                new ArrayList<>(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network(), vm));
        all.addAll(List.of(hosts));
        return new TestCluster(Settings.DEFAULT, all);
    }

    private static Vm wanting(@Nullable String machine, boolean invariantTsc) {
        Hardware plain = Things.hardware(Things.GIB);
        return Things.vm(Things.spec("v")
                .with(new Hardware(
                        1,
                        2,
                        1,
                        Things.GIB,
                        Things.GIB,
                        plain.firmware(),
                        plain.cpuMode(),
                        false,
                        true,
                        true,
                        true,
                        new Tuning(0, false, 0, invariantTsc),
                        machine,
                        null)));
    }

    private static Operation start(TestCluster cluster, @Nullable String host) {
        return cluster.run(new Request.StartVm(Things.id("v"), host == null ? null : Things.id(host)));
    }

    private static Operation migrate(TestCluster cluster, String host) {
        return cluster.run(new Request.MigrateVm(Things.id("v"), Things.id(host)));
    }

    private static void refused(Operation end, String words) {
        assertEquals(OperationState.REFUSED, end.state());
        assertTrue(end.problem().detail().contains(words), end.problem().detail());
    }

    private static Platform sent(TestCluster cluster) {
        return cluster.sent.stream()
                .map(command -> command.command())
                .filter(AgentCommand.StartVm.class::isInstance)
                .map(command -> ((AgentCommand.StartVm) command).platform())
                .toList()
                .getLast();
    }

    @Test
    void aRunningGuestKeepsItsMachine() {
        TestCluster cluster = cluster(
                Things.vm("v"),
                host("h1", null, "7.2"),
                host("h2", null, "7.2", "8.1"),
                host("h3", null, "8.1"),
                host("h4", null));
        start(cluster, "h1");
        assertEquals(new Platform("pc-q35-7.2", 0, Platform.UNNAMED_CPU), sent(cluster));

        refused(
                migrate(cluster, "h3"),
                "Emulated-Machine: The guest was started with the emulated machine pc-q35-7.2, and the host has"
                        + " pc-q35-8.1.");
        refused(migrate(cluster, "h4"), "and the host does not tell which it has.");
        assertEquals(OperationState.SUCCEEDED, migrate(cluster, "h2").state());
        assertEquals("pc-q35-7.2", cluster.vm("v").status().platform().machine());
        refused(migrate(cluster, "h3"), "Emulated-Machine");

        cluster.run(new Request.StopVm(Things.id("v"), true));
        assertNull(cluster.vm("v").keptPlatform());
        start(cluster, "h2");
        assertEquals("pc-q35-8.1", cluster.vm("v").status().platform().machine());
        assertEquals(OperationState.SUCCEEDED, migrate(cluster, "h3").state());
    }

    @Test
    void savedMemoryGoesOnWithItsMachine() {
        TestCluster cluster = cluster(Things.vm("v"), host("h1", null, "7.2"), host("h2", null, "8.1"));
        start(cluster, "h1");
        cluster.run(new Request.SuspendVm(Things.id("v")));
        assertEquals(VmState.SUSPENDED, cluster.vm("v").state());

        refused(start(cluster, "h2"), "Emulated-Machine: The guest was started with");
        assertEquals(OperationState.SUCCEEDED, start(cluster, null).state());
        assertEquals(Things.id("h1"), cluster.vm("v").hostId());
        assertEquals("pc-q35-7.2", sent(cluster).machine());
    }

    @Test
    void theVmsWishGoesBeforeTheClusters() {
        TestCluster cluster =
                cluster(wanting("pc-q35-7.2", false), host("h1", null, "8.1"), host("h2", null, "7.2", "8.1"));
        Cluster before = Things.cluster();
        Cluster newer = before.withEmulatedMachine("pc-q35-8.1");
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.Configure(newer, 1)).state());

        refused(start(cluster, "h1"), "The VM wants the emulated machine pc-q35-7.2, and the host has pc-q35-8.1.");
        start(cluster, null);
        assertEquals(Things.id("h2"), cluster.vm("v").hostId());
        assertEquals("pc-q35-7.2", sent(cluster).machine());
    }

    @Test
    void hostsThatDoNotTellRunGuestsThatAskForNothing() {
        TestCluster cluster = TestCluster.of(2, Things.vm("v"));
        start(cluster, "h1");

        assertEquals(new Platform(null, 0, Platform.UNNAMED_CPU), sent(cluster));
        assertEquals(OperationState.SUCCEEDED, migrate(cluster, "h2").state());
    }

    @Test
    void aPromisedFrequencyIsKept() {
        TestCluster cluster = cluster(
                wanting(null, true),
                host("h1", new Tsc(GHZ_3, false), "7.2"),
                host("h2", new Tsc(GHZ_3 + GHZ_3 / 10_000, false), "7.2"),
                host("h3", new Tsc(2_500_000_000L, false), "7.2"),
                host("h4", new Tsc(2_500_000_000L, true), "7.2"),
                host("h5", null, "7.2"));
        refused(start(cluster, "h5"), "CPU-Level: It cannot give guests a time stamp counter that never changes");
        start(cluster, "h1");
        assertEquals(new Platform("pc-q35-7.2", GHZ_3, Platform.UNNAMED_CPU), sent(cluster));

        refused(
                migrate(cluster, "h3"),
                "CPU-Level: The guest's time stamp counter keeps 3000000000 Hz; the host's has 2500000000 Hz and does"
                        + " not scale.");
        refused(migrate(cluster, "h5"), "invtsc");
        assertEquals(OperationState.SUCCEEDED, migrate(cluster, "h4").state());
        assertEquals(OperationState.SUCCEEDED, migrate(cluster, "h2").state());
        assertEquals(GHZ_3, cluster.vm("v").status().platform().tscHertz());
    }

    @Test
    void othersCareForNoFrequency() {
        TestCluster cluster =
                cluster(Things.vm("v"), host("h1", new Tsc(GHZ_3, false), "7.2"), host("h2", null, "7.2"));
        start(cluster, "h1");

        assertEquals(0, sent(cluster).tscHertz());
        assertEquals(OperationState.SUCCEEDED, migrate(cluster, "h2").state());
    }

    @Test
    void wrongNamesAreRefused() {
        TestCluster cluster = cluster(Things.vm("v"), host("h1", null, "7.2"));
        Operation end = cluster.run(new Request.ChangeVm(
                Things.id("v"), wanting("pc-i440fx-7.2", false).spec(), null));

        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(
                "hardware.emulatedMachine", end.problem().errors().getFirst().field());
        assertNotNull(end.problem().errors().getFirst().message());
    }
}
