package io.kvorum.core.testing;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.inventory.Host.Versions;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What tests are made of: entities with ids that follow from their names. */
public final class Things {

    public static final long GIB = 1L << 30;
    public static final UUID DATA_CENTER = id("dc");
    public static final UUID CLUSTER = id("cluster");
    public static final UUID STORE = id("store");
    public static final UUID NET = id("net");

    private Things() {}

    public static UUID id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    public static DataCenter dataCenter() {
        return new DataCenter(DATA_CENTER, "dc", "", Meta.NONE);
    }

    public static Cluster cluster() {
        return Cluster.named(CLUSTER, "cluster", DATA_CENTER);
    }

    public static Cluster cluster(Cluster.SchedulingPolicy scheduling, Cluster.FencingPolicy fencing) {
        return cluster().with(scheduling).with(fencing);
    }

    /** Another cluster of the data center. */
    public static Cluster cluster(String name) {
        return Cluster.named(id(name), name, DATA_CENTER);
    }

    public static StorageDomain store() {
        return store("store", StorageState.ACTIVE);
    }

    public static StorageDomain store(String name, StorageState state) {
        return new StorageDomain(
                id(name),
                name,
                DATA_CENTER,
                StorageKind.SHARED_FOLDER,
                "/srv/" + name,
                null,
                state,
                null,
                1000 * GIB,
                900 * GIB,
                Lockspace.NONE,
                Meta.NONE);
    }

    public static Network network() {
        return new Network(NET, "net", DATA_CENTER, NetworkKind.NAT, "kv0", "192.168.90.0/24", Meta.NONE);
    }

    public static Host host(String name) {
        return host(name, HostState.UP);
    }

    public static Host host(String name, HostState state) {
        return new Host(
                id(name),
                new HostSpec(name, CLUSTER, name + ".example", 8443, power(2)),
                new HostStatus(state, null, "boot-0", null),
                facts(name),
                Meta.NONE);
    }

    /** A host that is up, of that cluster, with that CPU, which can give guests those models. */
    public static Host host(String name, UUID clusterId, String cpu, String... guestCpus) {
        Host host = host(name);
        HostFacts facts = host.facts();
        HostSpec spec = host.spec();
        return new Host(
                host.id(),
                new HostSpec(name, clusterId, spec.address(), spec.port(), spec.powerManagement()),
                host.status(),
                new HostFacts(
                        facts.hardwareId(),
                        facts.hostname(),
                        facts.architecture(),
                        cpu,
                        facts.cpuVendor(),
                        facts.sockets(),
                        facts.coresPerSocket(),
                        facts.threadsPerCore(),
                        facts.cpuThreads(),
                        facts.memoryBytes(),
                        facts.numaNodes(),
                        facts.virtualization(),
                        List.of(guestCpus),
                        facts.bridges(),
                        facts.uefi(),
                        facts.tpm(),
                        facts.versions(),
                        facts.leasing(),
                        facts.hugepages(),
                        facts.machineTypes(),
                        facts.machineAliases(),
                        facts.tsc()),
                Meta.NONE);
    }

    public static PowerManagement power(int agents) {
        PowerAgent agent = new PowerAgent("ipmilan", "bmc.example", 623, "admin", "sealed", Map.of());
        return new PowerManagement(true, Host.AgentUse.ONE_OF, java.util.Collections.nCopies(agents, agent));
    }

    /** The host with two power supplies, each switched by an agent of its own. */
    public static Host twoSupplies(Host host) {
        HostSpec spec = host.spec();
        PowerManagement both = new PowerManagement(
                true, Host.AgentUse.TOGETHER, spec.powerManagement().agents());
        return host.withSpec(new HostSpec(spec.name(), spec.clusterId(), spec.address(), spec.port(), both));
    }

    /** The host without any power management. */
    public static Host powerless(Host host) {
        HostSpec spec = host.spec();
        return host.withSpec(
                new HostSpec(spec.name(), spec.clusterId(), spec.address(), spec.port(), PowerManagement.NONE));
    }

    public static HostFacts facts(String name) {
        return facts(name, 16, 32 * GIB);
    }

    public static HostFacts facts(String name, int threads, long memory) {
        return new HostFacts(
                "hw-" + name,
                name,
                "x86_64",
                "Test-CPU",
                "Test",
                1,
                threads,
                1,
                threads,
                memory,
                List.of(),
                Virtualization.KVM,
                List.of("Model-A"),
                List.of("br0"),
                true,
                true,
                new Versions("1", "1", "1", "1", "test"),
                Host.Leasing.NONE,
                List.of(),
                List.of(),
                Map.of(),
                null);
    }

    public static Hardware hardware(long memory) {
        return Hardware.ordinary(2, memory);
    }

    public static VmSpec spec(String name) {
        return spec(name, false, Priority.MEDIUM, MigrationMode.ALLOWED, 2 * GIB);
    }

    public static VmSpec spec(String name, boolean ha, Priority priority, MigrationMode mode, long memory) {
        VmDisk disk = new VmDisk(id(name + "-disk"), STORE, DiskFormat.QCOW2, 10 * GIB, 1, null);
        VmNic nic = new VmNic(id(name + "-nic"), "52:54:00:00:00:01", NET, true);
        return new VmSpec(
                name,
                "",
                CLUSTER,
                null,
                hardware(memory),
                List.of(disk),
                List.of(nic),
                new HighAvailability(ha, priority),
                mode,
                null);
    }

    public static VmSpec withDisks(VmSpec spec, List<VmDisk> disks) {
        return new VmSpec(
                spec.name(),
                spec.description(),
                spec.clusterId(),
                spec.templateId(),
                spec.hardware(),
                disks,
                spec.nics(),
                spec.highAvailability(),
                spec.migration(),
                spec.cloudInitUserData());
    }

    public static Vm vm(String name) {
        return vm(spec(name));
    }

    public static Vm vm(VmSpec spec) {
        return new Vm(id(spec.name()), spec, VmStatus.in(VmState.DOWN), Meta.NONE);
    }

    /** With 2 virtual CPUs and 2 GiB, and room for 4 sockets and so much memory. */
    public static Vm growing(String name, long mostGib) {
        VmSpec spec = spec(name);
        return vm(spec.with(spec.hardware().with(new Hardware.Growth(4, mostGib * GIB))));
    }

    /** Asks for that VM with other sizes. */
    public static Request.ChangeVm resize(Vm vm, int sockets, long gib) {
        Hardware after = vm.spec().hardware().sized(sockets, gib * GIB, gib * GIB);
        return new Request.ChangeVm(vm.id(), vm.spec().with(after), null);
    }

    public static Vm ha(String name, Priority priority) {
        return vm(spec(name, true, priority, MigrationMode.ALLOWED, 2 * GIB));
    }

    public static Vm ha(String name) {
        return ha(name, Priority.MEDIUM);
    }

    /** The VM as it runs on that host. */
    public static Vm on(Vm vm, String host) {
        return vm.withStatus(new VmStatus(VmState.UP, null, id(host), null, true, false, null, null));
    }
}
