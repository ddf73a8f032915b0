package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.FencingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class CpuBalancerTest {

    /** Use of both virtual CPUs of each VM; a host of 16 threads is as busy as what runs on it. */
    private final Map<UUID, Double> use = new java.util.HashMap<>();

    private static Vm on(String name, String host, MigrationMode mode) {
        return Things.on(Things.vm(Things.spec(name, false, Priority.LOW, mode, Things.GIB)), host);
    }

    private static TestCluster cluster(PolicyName policy, Vm... vms) {
        Cluster cluster = Things.cluster(new SchedulingPolicy(policy, 60, 2, 100), FencingPolicy.DEFAULT);
        List<Entity> all = new ArrayList<>(List.of(
                Things.dataCenter(), cluster, Things.store(), Things.network(), Things.host("h1"), Things.host("h2")));
        all.addAll(List.of(vms));
        return new TestCluster(Settings.DEFAULT, all);
    }

    private void measure(TestCluster cluster, Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 5) {
            for (FakeHost host : cluster.hosts()) {
                List<VmLoad> vms = host.vms.keySet().stream()
                        .map(id -> new VmLoad(id, use.getOrDefault(id, 0.0), 0))
                        .toList();
                double busy =
                        vms.stream().mapToDouble(vm -> vm.cpuUsage() * 2 / 16).sum();
                cluster.handle(new Event.HostMeasured(host.id(), new HostLoad(Math.min(1, busy), 0, vms)));
            }
            cluster.advance(Duration.ofSeconds(5));
        }
    }

    private static List<String> moved(TestCluster cluster) {
        return cluster.ended.values().stream()
                .filter(operation -> operation.request() instanceof Request.MigrateVm)
                .map(Operation::about)
                .map(subject -> subject.name())
                .toList();
    }

    private Vm[] eight(MigrationMode mode) {
        Vm[] vms = new Vm[8];
        for (int i = 0; i < 8; i++) {
            vms[i] = on("v" + i, "h1", mode);
            use.put(vms[i].id(), i == 5 ? 1.0 : 0.6);
        }
        return vms;
    }

    @Test
    void movesTheLargestLoadFirstAndStopsWhenBalanced() {
        // 8 VMs use 5.2 × 2 threads of 16, which is 65 %: more than 60 %
        TestCluster cluster = cluster(PolicyName.EVENLY_DISTRIBUTED, eight(MigrationMode.ALLOWED));

        measure(cluster, Duration.ofMinutes(1));
        assertEquals(List.of(), moved(cluster));
        measure(cluster, Duration.ofMinutes(20));

        assertEquals(List.of("v5"), moved(cluster));
        assertEquals(List.of("h2"), cluster.whereRuns("v5"));
    }

    @Test
    void movesOneAtATime() {
        Vm[] vms = eight(MigrationMode.ALLOWED);
        for (Vm vm : vms) {
            use.put(vm.id(), 1.0);
        }
        TestCluster cluster = cluster(PolicyName.EVENLY_DISTRIBUTED, vms);
        for (int i = 0; i < 120; i++) {
            measure(cluster, Duration.ofSeconds(5));
            long moving = cluster.openOperations().stream()
                    .filter(operation -> operation.request() instanceof Request.MigrateVm)
                    .count();
            assertTrue(moving <= 1);
        }
        assertTrue(!moved(cluster).isEmpty());
    }

    @Test
    void leavesPinnedAndManualVmsAlone() {
        for (MigrationMode mode : List.of(MigrationMode.PINNED, MigrationMode.MANUAL_ONLY)) {
            TestCluster cluster = cluster(PolicyName.EVENLY_DISTRIBUTED, eight(mode));
            measure(cluster, Duration.ofMinutes(10));
            assertEquals(List.of(), moved(cluster));
        }
    }

    @Test
    void doesNothingWhereThePolicySaysNone() {
        TestCluster cluster = cluster(PolicyName.NONE, eight(MigrationMode.ALLOWED));

        measure(cluster, Duration.ofMinutes(10));

        assertEquals(List.of(), moved(cluster));
    }

    @Test
    void doesNotMoveTheTroubleElsewhere() {
        Vm[] vms = new Vm[16];
        for (int i = 0; i < vms.length; i++) {
            vms[i] = on("v" + i, i < 8 ? "h1" : "h2", MigrationMode.ALLOWED);
            use.put(vms[i].id(), 0.7);
        }
        TestCluster cluster = cluster(PolicyName.EVENLY_DISTRIBUTED, vms);

        measure(cluster, Duration.ofMinutes(10));

        assertEquals(List.of(), moved(cluster));
    }
}
