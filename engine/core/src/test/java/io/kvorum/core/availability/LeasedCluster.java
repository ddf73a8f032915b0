package io.kvorum.core.availability;

import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A cluster whose VM "v", on h1, has a lease. */
final class LeasedCluster {

    private static final Duration SOON = Duration.ofSeconds(30);

    private LeasedCluster() {}

    static Vm leased(String name) {
        Vm vm = Things.ha(name);
        HighAvailability rules = new HighAvailability(
                true, Priority.MEDIUM, List.of(), Duration.ofMinutes(10), OnStorageReturn.AUTO_RESUME, Things.STORE);
        return vm.withSpec(vm.spec().with(rules));
    }

    static Host host(String name, boolean power, Leasing leasing) {
        Host host = power ? Things.host(name) : Things.powerless(Things.host(name));
        HostFacts facts = host.facts();
        return host.withFacts(new HostFacts(
                facts.hardwareId(),
                facts.hostname(),
                facts.architecture(),
                facts.cpuModel(),
                facts.cpuVendor(),
                facts.sockets(),
                facts.coresPerSocket(),
                facts.threadsPerCore(),
                facts.cpuThreads(),
                facts.memoryBytes(),
                facts.numaNodes(),
                facts.virtualization(),
                facts.cpuModels(),
                facts.bridges(),
                facts.uefi(),
                facts.tpm(),
                facts.versions(),
                leasing,
                facts.hugepages(),
                facts.machineTypes(),
                facts.machineAliases(),
                facts.tsc()));
    }

    /** Three hosts that have joined, and VM "v" with a lease on h1. */
    static TestCluster cluster(boolean power, Leasing leasing) {
        return cluster(power, leasing, Cluster.FencingPolicy.DEFAULT);
    }

    static TestCluster cluster(boolean power, Leasing leasing, Cluster.FencingPolicy policy) {
        List<Entity> all = new ArrayList<>(List.of(
                Things.dataCenter(),
                Things.cluster(Cluster.SchedulingPolicy.DEFAULT, policy),
                Things.store("store", StorageState.ACTIVE),
                Things.network()));
        for (String name : List.of("h1", "h2", "h3")) {
            all.add(host(name, power, leasing));
        }
        all.add(Things.on(leased("v"), "h1"));
        TestCluster cluster = new TestCluster(Settings.DEFAULT, all);
        cluster.leases.holders.put(Things.id("v"), Things.id("h1"));
        cluster.until(SOON, c -> joined(c) == 3);
        return cluster;
    }

    static long joined(TestCluster cluster) {
        return cluster.storage("store").lockspace().members().stream()
                .filter(member -> member.joinedBootId() != null)
                .count();
    }
}
