package io.kvorum.simulator.world;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Hardware.Growth;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.AgentUse;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.inventory.Host.Sleep;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.MigrationPolicy;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The rows of the database at the beginning. */
final class Entities {

    static final long GIB = 1L << 30;

    /** Of VMs that grow; each has two CPUs. */
    private static final int MOST_SOCKETS = 4;

    /** So that much moves within a simulated day of minutes. */
    private static final int EARLY_PERCENT = 30;

    /** Hosts that are less busy are emptied. */
    private static final int LOW_PERCENT = 40;

    private static final Cluster.BalancingPolicy EAGER =
            new Cluster.BalancingPolicy(Cluster.BalancingMode.AUTOMATIC, 4, 90, 95, 2, 8);

    private static final Duration RESTART_AFTER_LIMIT = Duration.ofSeconds(60);

    private static final MigrationPolicy POST_COPY =
            new MigrationPolicy(MigrationPolicy.Strategy.POST_COPY, 0, 0, false, true);

    private final Names names;

    Entities(Names names) {
        this.names = names;
    }

    List<Entity> of(Setup setup) {
        List<Entity> all = new ArrayList<>();
        all.add(new DataCenter(names.id("dc"), "dc", "", Meta.NONE));
        setup.clusters().forEach(name -> all.add(cluster(name, setup)));
        all.add(new StorageDomain(
                names.id("store"),
                "store",
                names.id("dc"),
                StorageKind.SHARED_FOLDER,
                "/srv/store",
                null,
                StorageState.ACTIVE,
                null,
                1000 * GIB,
                900 * GIB,
                lockspace(setup),
                Meta.NONE));
        all.add(new Network(
                names.id("net"), "net", names.id("dc"), NetworkKind.NAT, "kv0", "192.168.90.0/24", Meta.NONE));
        setup.hosts().forEach(host -> all.add(host(host, setup)));
        setup.vms().forEach(vm -> all.add(vm(setup.inItsCluster(vm), setup)));
        return all;
    }

    private Cluster cluster(String name, Setup setup) {
        return Cluster.named(names.id(name), name, names.id("dc"))
                .with(scheduling(setup))
                .with(fencing(setup))
                .with(setup.busyPercent() == 0 ? Cluster.BalancingPolicy.DEFAULT : EAGER)
                .with(new Cluster.PowerSavingPolicy(LOW_PERCENT, Math.max(0, setup.reserve()), setup.savesPower()))
                .with(setup.postCopy() ? POST_COPY : MigrationPolicy.DEFAULT);
    }

    private static Cluster.SchedulingPolicy scheduling(Setup setup) {
        if (setup.savesPower()) {
            return new Cluster.SchedulingPolicy(
                    Cluster.PolicyName.POWER_SAVING, 80, 0, setup.memoryOvercommitPercent());
        }
        return new Cluster.SchedulingPolicy(
                Cluster.PolicyName.EVENLY_DISTRIBUTED,
                setup.busyPercent() == 0 ? 80 : EARLY_PERCENT,
                setup.busyPercent() == 0 ? 2 : 0,
                setup.memoryOvercommitPercent());
    }

    /** Every host is a member since its first boot, under the number of its place in the set-up. */
    private Lockspace lockspace(Setup setup) {
        Lockspace space = Lockspace.NONE;
        if (setup.leasing() != Host.Leasing.NONE) {
            for (Setup.HostSetup host : setup.hosts()) {
                UUID id = names.id(host.name());
                space = space.admit(id).orElseThrow().joinedSince(id, "boot-0");
            }
        }
        return space;
    }

    private static Cluster.FencingPolicy fencing(Setup setup) {
        Cluster.FencingPolicy policy = Cluster.FencingPolicy.DEFAULT;
        return new Cluster.FencingPolicy(
                setup.fencing(),
                setup.stopWhenHalfSilent() ? policy.stopWhenSilentPercent() : 100,
                policy.skipIfReachableThroughOthers(),
                policy.startingGrace(),
                policy.switchOnAfterFence(),
                policy.skipIfRenewingLease(),
                policy.restartByLeaseWithoutWatchdog());
    }

    private Host host(Setup.HostSetup setup, Setup world) {
        PowerAgent agent = new PowerAgent("ipmilan", "bmc.example", 623, "admin", "sealed", Map.of());
        PowerManagement power = setup.powerAgents() == 0
                ? PowerManagement.NONE
                : new PowerManagement(true, AgentUse.ONE_OF, Collections.nCopies(setup.powerAgents(), agent));
        String name = setup.name();
        return new Host(
                names.id(name),
                new HostSpec(name, names.id(world.clusterOf(name)), name + ".example", 8443, power),
                setup.asleep()
                        ? new HostStatus(HostState.DOWN, null, "boot-0", null, new Sleep(World.EPOCH, null, null))
                        : new HostStatus(HostState.UP, null, "boot-0", null),
                new HostFacts(
                        "hw-" + name,
                        name,
                        "x86_64",
                        "Test-CPU",
                        "Test",
                        1,
                        setup.threads(),
                        1,
                        setup.threads(),
                        setup.memoryGib() * GIB,
                        List.of(),
                        Virtualization.KVM,
                        List.of("Model-A"),
                        List.of("br0"),
                        true,
                        true,
                        new Host.Versions("1", "1", "1", "1", "test"),
                        world.leasing(),
                        List.of(),
                        List.of(),
                        Map.of(),
                        null),
                Meta.NONE);
    }

    private Vm vm(Setup.VmSetup setup, Setup world) {
        VmStatus status = setup.host() == null
                ? VmStatus.in(VmState.DOWN)
                : new VmStatus(VmState.UP, null, names.id(setup.host()), null, true, false, null, null);
        VmSpec spec = spec(setup).in(names.id(world.clusterOf(setup.host())));
        return new Vm(names.id(setup.name()), spec, status, Meta.NONE);
    }

    /** Of the first cluster. */
    VmSpec spec(Setup.VmSetup setup) {
        String name = setup.name();
        Growth growth = setup.growsToGib() == 0 ? null : new Growth(MOST_SOCKETS, setup.growsToGib() * GIB);
        return new VmSpec(
                name,
                "",
                names.id(Setup.CLUSTER),
                null,
                Hardware.ordinary(2, setup.memoryGib() * GIB).with(growth),
                List.of(new VmDisk(names.id(name + "-disk"), names.id("store"), DiskFormat.QCOW2, 10 * GIB, 1, null)),
                List.of(new VmNic(names.id(name + "-nic"), "52:54:00:00:00:01", names.id("net"), true)),
                new HighAvailability(
                        setup.ha(),
                        setup.priority(),
                        setup.restartAfter().stream().map(names::id).toList(),
                        RESTART_AFTER_LIMIT,
                        setup.onStorageReturn(),
                        setup.leased() ? names.id("store") : null),
                setup.mode(),
                null);
    }
}
