package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.Explanation.Verdict;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NullUnmarked
class SchedulerTest {

    private final HostLoads loads = new HostLoads();

    private PlacementDecision place(Vm vm, UUID only, Set<UUID> excluded, Cluster cluster, Entity... hosts) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), cluster, Things.store(), Things.network(), vm));
        all.addAll(List.of(hosts));
        return new Scheduler(new Inventory(all), loads).place(new PlacementRequest(vm, cluster, only, excluded));
    }

    private void refuses(String filter, String words, Vm vm, Host host, Entity... more) {
        Entity[] all = new Entity[more.length + 1];
        all[0] = host;
        System.arraycopy(more, 0, all, 1, more.length);
        PlacementDecision decision = place(vm, null, Set.of(), Things.cluster(), all);
        HostVerdict verdict = decision.explanation().hosts().getFirst();
        assertEquals(filter, verdict.filter());
        assertTrue(verdict.reason().contains(words), verdict.reason());
        assertEquals(Verdict.REFUSED, verdict.verdict());
        assertNull(verdict.total());
    }

    private static Host with(
            String cpu, Virtualization virtualization, boolean uefi, boolean tpm, int threads, long memory) {
        HostFacts facts = Things.facts("h1", threads, memory);
        return Things.host("h1")
                .withFacts(new HostFacts(
                        facts.hardwareId(),
                        facts.hostname(),
                        facts.architecture(),
                        cpu,
                        facts.cpuVendor(),
                        1,
                        threads,
                        1,
                        threads,
                        memory,
                        List.of(),
                        virtualization,
                        facts.cpuModels(),
                        facts.bridges(),
                        uefi,
                        tpm,
                        facts.versions(),
                        facts.leasing(),
                        facts.hugepages(),
                        facts.machineTypes(),
                        facts.machineAliases(),
                        facts.tsc()));
    }

    private static Vm with(Hardware.Firmware firmware, boolean tpm) {
        VmSpec spec = Things.spec("v");
        Hardware hardware = Hardware.ordinary(2, Things.GIB).with(firmware, tpm);
        return Things.vm(new VmSpec(
                "v",
                "",
                Things.CLUSTER,
                null,
                hardware,
                spec.disks(),
                spec.nics(),
                spec.highAvailability(),
                spec.migration(),
                null));
    }

    @ParameterizedTest
    @EnumSource(value = HostState.class, mode = EnumSource.Mode.EXCLUDE, names = "UP")
    void onlyHostsThatAreUpTakeVms(HostState state) {
        refuses("HostUp", "It is ", Things.vm("v"), Things.host("h1", state));
    }

    @Test
    void everyFilterSaysWhy() {
        refuses("Migration", "runs there already", Things.on(Things.vm("v"), "h1"), Things.host("h1"));
        refuses(
                "CPU",
                "2 virtual CPUs, the host 1",
                Things.vm("v"),
                with("Test-CPU", Virtualization.KVM, true, true, 1, 32 * Things.GIB));
        refuses(
                "Memory",
                "2048 MiB, 512 MiB of 512 MiB",
                Things.vm("v"),
                with("Test-CPU", Virtualization.KVM, true, true, 4, Things.GIB));
        refuses(
                "Firmware",
                "UEFI",
                with(Hardware.Firmware.UEFI, false),
                with("Test-CPU", Virtualization.KVM, false, true, 4, 32 * Things.GIB));
        refuses(
                "Firmware",
                "TPM",
                with(Hardware.Firmware.BIOS, true),
                with("Test-CPU", Virtualization.KVM, true, false, 4, 32 * Things.GIB));
        refuses(
                "CPU-Level",
                "differs",
                Things.on(Things.vm("v"), "h2"),
                with("Other", Virtualization.KVM, true, true, 4, 32 * Things.GIB),
                Things.host("h2"));
        refuses(
                "CPU-Level",
                "tcg",
                Things.on(Things.vm("v"), "h2"),
                with("Test-CPU", Virtualization.TCG, true, true, 4, 32 * Things.GIB),
                Things.host("h2"));
        Vm pinned = Things.on(Things.vm(Things.spec("v", false, Priority.LOW, MigrationMode.PINNED, Things.GIB)), "h2");
        refuses("Migration", "pinned", pinned, Things.host("h1"), Things.host("h2"));
        refuses(
                "Network",
                "bridge missing0 of network net",
                Things.vm("v"),
                Things.host("h1"),
                new Network(Things.NET, "net", Things.DATA_CENTER, NetworkKind.BRIDGE, "missing0", null, Meta.NONE));
        refuses(
                "Storage",
                "store",
                Things.vm("v"),
                Things.host("h1"),
                new StorageDomain(
                        Things.STORE,
                        "store",
                        Things.DATA_CENTER,
                        StorageKind.LOCAL_FOLDER,
                        "/s",
                        Things.id("h2"),
                        StorageState.ACTIVE,
                        null,
                        1,
                        1,
                        Lockspace.NONE,
                        Meta.NONE));
    }

    @Test
    void aRequestedHostAndTriedHostsCount() {
        PlacementDecision decision = place(
                Things.vm("v"),
                Things.id("h3"),
                Set.of(Things.id("h1")),
                Things.cluster(),
                Things.host("h1"),
                Things.host("h2"),
                Things.host("h3"));

        assertEquals("h3", decision.host().orElseThrow().name());
        assertEquals(
                List.of("NotTriedAlready", "RequestedHost"),
                decision.explanation().hosts().stream()
                        .limit(2)
                        .map(HostVerdict::filter)
                        .toList());
    }

    @Test
    void theClustersCpuModelMustBeThere() {
        Cluster cluster = Things.cluster().withCpuModel("Model-Z");

        PlacementDecision decision = place(Things.vm("v"), null, Set.of(), cluster, Things.host("h1"));

        assertTrue(decision.explanation().hosts().getFirst().reason().contains("Model-Z"));
    }

    @Test
    void ofALargeClusterTheDecisionKeepsTheHostsThatTellMost() {
        List<Entity> hosts = new ArrayList<>();
        for (int i = 100; i < 400; i++) {
            hosts.add(i < 150 ? Things.host("h" + i, HostState.MAINTENANCE) : Things.host("h" + i));
            if (i != 399) {
                hosts.add(Things.on(Things.vm("busy" + i), "h" + i));
            }
        }

        PlacementDecision decision =
                place(Things.vm("v"), null, Set.of(), Things.cluster(), hosts.toArray(new Entity[0]));

        assertEquals("h399", decision.host().orElseThrow().name());
        Explanation explanation = decision.explanation();
        assertEquals(Things.id("h399"), explanation.chosenHostId());
        assertEquals(
                "VM v fits best on h399, of 250 hosts that could take it and 300 in cluster cluster. HostUp refuses 50.",
                explanation.summary());
        assertEquals(
                List.of("h100", "h101", "h102", "h150", "h151", "h152", "h153", "h399"),
                explanation.hosts().stream().map(HostVerdict::hostName).toList());

        PlacementDecision none =
                place(Things.vm("v"), Things.id("h100"), Set.of(), Things.cluster(), hosts.toArray(new Entity[0]));
        assertTrue(none.host().isEmpty());
        assertTrue(none.explanation().hosts().size() <= 6, none.explanation().summary());
    }

    @Test
    void scoresAreFromZeroToOneWhateverTheLoad() {
        loads.report(Things.id("h1"), new HostLoad(1.05, 0, List.of()), 0);
        loads.report(Things.id("h2"), new HostLoad(Double.NaN, 0, List.of()), 0);
        loads.report(Things.id("h3"), new HostLoad(-1, 0, List.of()), 0);
        List<Entity> more = new ArrayList<>(List.of(Things.host("h1"), Things.host("h2"), Things.host("h3")));
        for (int i = 0; i < 14; i++) {
            more.add(Things.on(Things.vm("busy" + i), "h" + (1 + i % 2)));
        }

        PlacementDecision decision =
                place(Things.vm("v"), null, Set.of(), Things.cluster(), more.toArray(new Entity[0]));

        assertEquals("h3", decision.host().orElseThrow().name());
        for (HostVerdict verdict : decision.explanation().hosts()) {
            assertEquals(
                    List.of(
                            "OptimalForCpuEvenDistribution",
                            "OptimalForMemoryEvenDistribution",
                            "OptimalForEvenGuestDistribution"),
                    verdict.scores().stream().map(Explanation.Score::weight).toList());
            double total = verdict.scores().stream()
                    .mapToDouble(s -> s.score() * s.factor())
                    .sum();
            assertEquals(total, verdict.total(), 1e-9);
            verdict.scores().forEach(s -> assertTrue(s.score() >= 0 && s.score() <= 1, s.toString()));
        }
    }

    @Test
    void amongEqualsTheFirstNameWinsAndEveryHostIsExplained() {
        PlacementDecision decision = place(
                Things.vm("v"),
                null,
                Set.of(),
                Things.cluster(),
                Things.host("c"),
                Things.host("a"),
                Things.host("b"),
                Things.host("d", HostState.DOWN));

        assertEquals("a", decision.host().orElseThrow().name());
        assertEquals(
                List.of(Verdict.CHOSEN, Verdict.FITS, Verdict.FITS, Verdict.REFUSED),
                decision.explanation().hosts().stream()
                        .map(HostVerdict::verdict)
                        .toList());
    }

    @Test
    void anEmptyClusterSaysSo() {
        PlacementDecision decision = place(Things.vm("v"), null, Set.of(), Things.cluster());

        assertTrue(decision.host().isEmpty());
        assertTrue(decision.explanation().summary().contains("has no hosts"));
    }

    @Test
    void aHundredStartsAtOnceNeverOversellMemory() {
        Vm[] vms = new Vm[100];
        for (int i = 0; i < vms.length; i++) {
            vms[i] = Things.vm("v" + i);
        }
        TestCluster cluster = TestCluster.of(4, vms);
        List<UUID> ids = new ArrayList<>();
        for (Vm vm : vms) {
            ids.add(cluster.submit(new Request.StartVm(vm.id(), null)));
        }

        cluster.until(Duration.ofMinutes(5), c -> c.openOperations().isEmpty());

        long started = ids.stream()
                .filter(id -> cluster.ended.get(id).state() == OperationState.SUCCEEDED)
                .count();
        assertEquals(4 * 15, started);
        cluster.hosts().forEach(host -> assertEquals(15, host.vms.size()));
    }

    @Test
    void explainingChangesNothing() {
        TestCluster cluster = TestCluster.of(2, Things.vm("v"));
        int before = cluster.persists();

        Explanation explanation =
                cluster.controller().explainPlacement(Things.id("v")).orElseThrow();

        assertEquals(Things.id("h1"), explanation.chosenHostId());
        assertEquals(before, cluster.persists());
        assertTrue(cluster.controller().explainPlacement(Things.id("nobody")).isEmpty());
    }
}
