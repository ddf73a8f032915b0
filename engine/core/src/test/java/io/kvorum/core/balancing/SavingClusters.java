package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.PowerSavingPolicy;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Sleep;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

/** Clusters that save power, whose VMs use what a test says. */
@NullUnmarked
abstract class SavingClusters {

    static final PowerSavingPolicy SAVING = new PowerSavingPolicy(20, 0, true);
    static final Duration LONG = Duration.ofMinutes(8);

    /** Use of both virtual CPUs of each VM; a host has 16 threads and 32 GiB. */
    final Map<UUID, Double> use = new HashMap<>();

    static Cluster cluster(BalancingMode mode, PowerSavingPolicy saving, AdmissionMode admission) {
        return Things.cluster()
                .with(new SchedulingPolicy(PolicyName.POWER_SAVING, 80, 2, 100))
                .with(new AdmissionPolicy(admission, 1))
                .with(new BalancingPolicy(mode, 1, 90, 95, 2, 8))
                .with(saving);
    }

    static TestCluster of(Cluster cluster, int hosts, Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), cluster, Things.store(), Things.network()));
        for (int i = 1; i <= hosts; i++) {
            String name = "h" + i;
            boolean given =
                    List.of(more).stream().anyMatch(entity -> entity.id().equals(Things.id(name)));
            if (!given) {
                all.add(Things.host(name));
            }
        }
        all.addAll(List.of(more));
        return new TestCluster(Settings.DEFAULT, all);
    }

    static TestCluster automatic(int hosts, Entity... more) {
        return of(cluster(BalancingMode.AUTOMATIC, SAVING, AdmissionMode.WARN), hosts, more);
    }

    Vm vm(String name, String host, double cpu, int gib) {
        use.put(Things.id(name), cpu);
        Vm vm = Things.vm(Things.spec(name, false, Priority.LOW, MigrationMode.ALLOWED, gib * Things.GIB));
        return host == null ? vm : Things.on(vm, host);
    }

    Vm ha(String name, String host, int gib) {
        use.put(Things.id(name), 0.1);
        return Things.on(
                Things.vm(Things.spec(name, true, Priority.HIGH, MigrationMode.ALLOWED, gib * Things.GIB)), host);
    }

    static Host asleep(String name) {
        return Things.host(name).asleep(new Sleep(Instant.EPOCH, null, null), "Switched off to save power.");
    }

    void measure(TestCluster cluster, Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 5) {
            for (FakeHost host : cluster.hosts()) {
                if (host.reachable()) {
                    List<VmLoad> vms = host.vms.keySet().stream()
                            .map(id -> new VmLoad(id, use.getOrDefault(id, 0.0), Things.GIB))
                            .toList();
                    double busy = vms.stream()
                            .mapToDouble(vm -> vm.cpuUsage() * 2 / 16)
                            .sum();
                    cluster.handle(new Event.HostMeasured(
                            host.id(), new HostLoad(Math.min(1, busy), vms.size() * Things.GIB, vms)));
                }
            }
            cluster.advance(Duration.ofSeconds(5));
        }
    }

    static List<String> asleep(TestCluster cluster) {
        return cluster.storedHosts()
                .filter(Host::sleeps)
                .map(Host::name)
                .sorted()
                .toList();
    }

    static List<String> on(TestCluster cluster) {
        return cluster.hosts().stream()
                .filter(host -> host.powered)
                .map(host -> host.self().name())
                .sorted()
                .toList();
    }

    static void assertNoAlarm(TestCluster cluster) {
        for (String alarm : List.of("host.silent", "host.down", "host.not_fenced", "host.rebooted", "vm.down")) {
            assertFalse(cluster.codes().contains(alarm), alarm + ": " + cluster.log);
        }
    }
}
