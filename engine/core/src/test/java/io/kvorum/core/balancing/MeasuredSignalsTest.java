package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.MoveState;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.IoPolicy;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.PressurePolicy;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What hosts tell beside CPU and memory makes plans, and only where it is told, true and lasts. */
@NullUnmarked
class MeasuredSignalsTest {

    private static final double LINK = 1e9;
    private static final double OWN_TRAFFIC = 1e6;

    private final Map<UUID, Double> use = new HashMap<>();
    private final Map<UUID, Double> waits = new HashMap<>();
    private final Map<UUID, Double> disk = new HashMap<>();
    private final Map<UUID, Double> network = new HashMap<>();
    private final Map<UUID, Double> pressure = new HashMap<>();
    private double link = LINK;
    private double migrationTraffic;

    private static TestCluster cluster(PolicyName name, BalancingPolicy policy, int hosts, Vm... vms) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), Things.store(), Things.network()));
        all.add(Things.cluster().with(new SchedulingPolicy(name, 60, 2, 100)).with(policy));
        for (int i = 1; i <= hosts; i++) {
            all.add(Things.host("h" + i));
        }
        all.addAll(List.of(vms));
        return new TestCluster(Settings.DEFAULT, all);
    }

    private static BalancingPolicy policy(IoPolicy io, PressurePolicy pressure) {
        return new BalancingPolicy(BalancingMode.AUTOMATIC, 1, 90, 95, 2, 8, io, pressure);
    }

    private static TestCluster cluster(Vm... vms) {
        return cluster(
                PolicyName.EVENLY_DISTRIBUTED,
                policy(new IoPolicy(80, 80, 500_000_000), PressurePolicy.DEFAULT),
                3,
                vms);
    }

    private Vm[] vms(int count, String host, double cpu) {
        Vm[] vms = new Vm[count];
        for (int i = 0; i < count; i++) {
            vms[i] = Things.on(
                    Things.vm(Things.spec(host + "v" + i, false, Priority.LOW, MigrationMode.ALLOWED, Things.GIB)),
                    host);
            use.put(vms[i].id(), cpu);
        }
        return vms;
    }

    private void measure(TestCluster cluster, Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 5) {
            for (FakeHost host : cluster.hosts()) {
                List<VmLoad> vms = host.vms.keySet().stream().map(this::load).toList();
                double busy =
                        vms.stream().mapToDouble(vm -> vm.cpuUsage() * 2 / 16).sum();
                boolean migrates = cluster.vms()
                        .anyMatch(vm -> vm.bindsTo(host.id()) && vm.status().targetHostId() != null);
                HostSignals signals = new HostSignals(
                        pressure.getOrDefault(host.id(), 0.1),
                        0,
                        0,
                        sum(disk, host),
                        Math.max(migrates ? migrationTraffic : 0, sum(network, host) + OWN_TRAFFIC),
                        link);
                HostLoad load = new HostLoad(Math.min(1, busy), vms.size() * Things.GIB, vms, signals);
                cluster.handle(new Event.HostMeasured(host.id(), load));
            }
            cluster.advance(Duration.ofSeconds(5));
        }
    }

    private VmLoad load(UUID id) {
        return new VmLoad(
                id,
                use.getOrDefault(id, 0.0),
                Things.GIB,
                waits.getOrDefault(id, 0.0),
                disk.getOrDefault(id, 0.0),
                network.getOrDefault(id, 0.0));
    }

    private static double sum(Map<UUID, Double> rates, FakeHost host) {
        return host.vms.keySet().stream()
                .mapToDouble(id -> rates.getOrDefault(id, 0.0))
                .sum();
    }

    private static List<String> moved(TestCluster cluster) {
        return cluster.balancingPlans().stream()
                .flatMap(plan -> plan.moves().stream())
                .filter(move -> move.state() == MoveState.MOVED)
                .map(BalancingPlan.PlanMove::vmName)
                .toList();
    }

    private static String reason(TestCluster cluster) {
        return cluster.balancingPlans().getFirst().reason();
    }

    @Test
    void aHostUnderPressureForLongEnoughIsRelievedBelowHighUtilization() {
        TestCluster cluster = cluster(vms(8, "h1", 0.5));
        pressure.put(Things.id("h1"), 0.7);

        measure(cluster, Duration.ofMinutes(1));
        assertEquals(List.of(), moved(cluster));
        measure(cluster, Duration.ofMinutes(2));
        assertEquals(1, moved(cluster).size(), "a tenth of what runs there, and then a look at what came of it");
        pressure.clear();
        measure(cluster, Duration.ofMinutes(20));

        assertEquals(1, moved(cluster).size());
        assertEquals(
                "h1 had VMs that wait for CPUs (pressure over 60 % or efficiency below 70 %) for 2 min",
                reason(cluster));
        assertTrue(cluster.host("h1").vms.size() == 7);
    }

    @Test
    void aShortPressureMovesNothing() {
        TestCluster cluster = cluster(vms(8, "h1", 0.5));
        for (int i = 0; i < 20; i++) {
            pressure.put(Things.id("h1"), 0.9);
            measure(cluster, Duration.ofSeconds(90));
            pressure.clear();
            measure(cluster, Duration.ofSeconds(15));
        }
        assertEquals(List.of(), moved(cluster));
    }

    @Test
    void vmsThatDoNotGetWhatTheyAskForAreRelieved() {
        Vm[] vms = vms(8, "h1", 0.5);
        for (Vm vm : vms) {
            waits.put(vm.id(), 0.3);
        }
        TestCluster cluster = cluster(vms);

        measure(cluster, Duration.ofMinutes(4));

        assertTrue(!moved(cluster).isEmpty(), cluster.log.toString());
    }

    @Test
    void pressureOfMostHostsOfIdleOnesOrThatDoesNotCountMovesNothing() {
        List<Vm> everywhere = new ArrayList<>(List.of(vms(8, "h1", 0.5)));
        everywhere.addAll(List.of(vms(6, "h2", 0.5)));
        TestCluster most = cluster(everywhere.toArray(new Vm[0]));
        pressure.putAll(Map.of(Things.id("h1"), 0.9, Things.id("h2"), 0.9));
        measure(most, Duration.ofMinutes(10));
        assertEquals(List.of(), moved(most), "who should take them?");

        use.clear();
        TestCluster idle = cluster(vms(8, "h1", 0.2));
        measure(idle, Duration.ofMinutes(10));
        assertEquals(List.of(), moved(idle), "20 % busy: what waits there does not wait for others' CPUs");

        use.clear();
        TestCluster off = cluster(
                PolicyName.EVENLY_DISTRIBUTED,
                policy(IoPolicy.DEFAULT, new PressurePolicy(100, 0)),
                3,
                vms(8, "h1", 0.5));
        measure(off, Duration.ofMinutes(10));
        assertEquals(List.of(), moved(off), "switched off");
    }

    @Test
    void aFullNetworkIsRelievedAndMigrationsDoNotCountAsSuch() {
        Vm[] vms = vms(4, "h1", 0.2);
        for (Vm vm : vms) {
            network.put(vm.id(), 0.22 * LINK);
        }
        migrationTraffic = LINK;
        TestCluster cluster = cluster(vms);

        measure(cluster, Duration.ofMinutes(30));

        assertEquals(1, moved(cluster).size(), cluster.log.toString());
        assertEquals(
                "h1 used more than 80 % of what its disks carry or 80 % of its network for 2 min", reason(cluster));
        BalancingPlan.PlanMove move =
                cluster.balancingPlans().getFirst().moves().getFirst();
        assertEquals(0.88, move.from().before().network(), 0.01);
        assertEquals(0.66, move.from().after().network(), 0.01);
        assertTrue(move.words().contains(", network 88 → 66 %"), move.words());
    }

    @Test
    void whatElseAHostTellsCountsWhileItMigrates() {
        Vm[] vms = vms(1, "h1", 0.2);
        TestCluster cluster = cluster(vms);
        cluster.hosts().forEach(host -> host.habit(AgentCommand.MigrateVm.class, Habit.MUTE));
        cluster.submit(new Request.MigrateVm(vms[0].id(), null));
        cluster.until(Duration.ofMinutes(1), c -> c.vm(vms[0].name()).state() == VmState.MIGRATING);

        SwapUse swap = new SwapUse(Things.GIB, 4 * Things.GIB);
        cluster.handle(new Event.HostMeasured(
                Things.id("h1"), new HostLoad(0.1, Things.GIB, List.of(), HostSignals.NONE, swap)));

        assertEquals(Things.GIB, cluster.controller().loads().hostSwapBytes(Things.id("h1")));
    }

    @Test
    void busyDisksAreRelievedOnceTheirLimitIsKnown() {
        Vm[] vms = vms(4, "h1", 0.2);
        for (Vm vm : vms) {
            disk.put(vm.id(), 110e6);
        }
        TestCluster unknown =
                cluster(PolicyName.EVENLY_DISTRIBUTED, policy(IoPolicy.DEFAULT, PressurePolicy.DEFAULT), 3, vms);
        measure(unknown, Duration.ofMinutes(10));
        assertEquals(List.of(), moved(unknown));

        TestCluster known = cluster(vms);
        measure(known, Duration.ofMinutes(10));
        assertEquals(1, moved(known).size(), known.log.toString());
    }

    @Test
    void aHostThatIsBusyWithItsNetworkIsNotEmptiedToSavePower() {
        List<Vm> vms = new ArrayList<>(List.of(vms(1, "h1", 0.2)));
        vms.addAll(List.of(vms(4, "h2", 0.5)));
        network.put(vms.getFirst().id(), 0.5 * LINK);
        BalancingPolicy policy = policy(IoPolicy.DEFAULT, PressurePolicy.DEFAULT);
        TestCluster busy = cluster(PolicyName.POWER_SAVING, policy, 2, vms.toArray(new Vm[0]));
        measure(busy, Duration.ofMinutes(10));
        assertEquals(List.of(), moved(busy));

        network.clear();
        TestCluster idle = cluster(PolicyName.POWER_SAVING, policy, 2, vms.toArray(new Vm[0]));
        measure(idle, Duration.ofMinutes(10));
        assertEquals(List.of("h1v0"), moved(idle));
    }

    @Test
    void nonsenseIsSaidOnceAndNotActedOnAndTheRestIs() {
        Vm[] vms = vms(8, "h1", 0.5);
        TestCluster cluster = cluster(vms);
        pressure.put(Things.id("h1"), 40.0);
        network.put(vms[0].id(), -5.0);
        measure(cluster, Duration.ofMinutes(5));

        assertEquals(List.of(), moved(cluster));
        List<LogEntry> said = cluster.log.stream()
                .filter(entry -> entry.code().equals("host.statistics_absurd"))
                .toList();
        assertEquals(1, said.size(), said.toString());
        assertEquals(
                "Host h1 reports what cannot be true: CPU pressure of 40.0. That figure does not count until it makes sense;"
                        + " the others do.",
                said.getFirst().message());

        use.replaceAll((id, share) -> 0.7);
        measure(cluster, Duration.ofMinutes(5));
        assertTrue(!moved(cluster).isEmpty(), "its CPU counts");
    }

    @Test
    void whereOneHostDoesNotTellItsLinkNoNetworkIsEvenedOut() {
        Vm[] vms = vms(4, "h1", 0.2);
        for (Vm vm : vms) {
            network.put(vm.id(), 0.22 * LINK);
        }
        link = Double.NaN;
        TestCluster cluster = cluster(vms);

        measure(cluster, Duration.ofMinutes(10));

        assertEquals(List.of(), moved(cluster));
    }
}
