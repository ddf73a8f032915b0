package io.kvorum.simulator.placement;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Host.NumaNode;
import io.kvorum.core.inventory.Host.Versions;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * A cluster such as there are: hosts of three sizes with two NUMA nodes, of which some are down and some lack a network; VMs
 * of 1 to 16 vCPUs with disks, network cards and high availability. With rules: every other VM is in an affinity group,
 * one in four on NUMA nodes.
 */
final class Fleet {

    private static final long GIB = 1L << 30;
    private static final int NETWORKS = 8;
    private static final int GROUP = 10;

    private final Random random = new Random(20_261);
    private final UUID dataCenter = new UUID(1, 1);
    private final UUID store = new UUID(2, 1);
    private final Cluster cluster =
            Cluster.named(new UUID(3, 1), "cluster", dataCenter).withCpuModel("EPYC-Milan");
    private final List<Entity> entities = new ArrayList<>();
    private final List<Vm> vms = new ArrayList<>();

    Fleet(int hosts, int vmCount, boolean rules) {
        entities.add(new DataCenter(dataCenter, "dc", "", Meta.NONE));
        entities.add(cluster);
        entities.add(new StorageDomain(
                store,
                "store",
                dataCenter,
                StorageKind.SHARED_FOLDER,
                "/srv/store",
                null,
                StorageState.ACTIVE,
                null,
                1L << 50,
                1L << 49,
                Lockspace.NONE,
                Meta.NONE));
        for (int i = 0; i < NETWORKS; i++) {
            entities.add(
                    new Network(new UUID(4, i), "net-" + i, dataCenter, NetworkKind.BRIDGE, "br" + i, null, Meta.NONE));
        }
        for (int i = 0; i < hosts; i++) {
            entities.add(host(i));
        }
        for (int i = 0; i < vmCount; i++) {
            vms.add(vm(i, rules));
        }
        if (rules) {
            groups(vmCount);
        }
    }

    Cluster cluster() {
        return cluster;
    }

    List<Entity> entities() {
        return entities;
    }

    /** None of them runs. */
    List<Vm> vms() {
        return vms;
    }

    private Host host(int i) {
        int threads = 32 << random.nextInt(3);
        long memory = threads * 8 * GIB;
        List<String> bridges = new ArrayList<>();
        for (int network = 0; network < NETWORKS; network++) {
            if (random.nextInt(20) > 0) {
                bridges.add("br" + network);
            }
        }
        HostFacts facts = new HostFacts(
                "hw-" + i,
                "host-" + i,
                "x86_64",
                "EPYC-Milan",
                "AMD",
                2,
                threads / 4,
                2,
                threads,
                memory,
                List.of(
                        new NumaNode(0, memory / 2, "0-" + (threads / 2 - 1)),
                        new NumaNode(1, memory / 2, threads / 2 + "-" + (threads - 1))),
                Virtualization.KVM,
                List.of("EPYC", "EPYC-Rome", "EPYC-Milan", "Nehalem", "Westmere"),
                bridges,
                true,
                random.nextInt(10) > 0,
                new Versions("1", "10", "9", "6", "linux"),
                Host.Leasing.NONE,
                List.of(),
                List.of(),
                Map.of(),
                null);
        HostState state = random.nextInt(50) == 0 ? HostState.MAINTENANCE : HostState.UP;
        return new Host(
                new UUID(5, i),
                new HostSpec(
                        "host-" + i,
                        cluster.id(),
                        "host-" + i + ".example",
                        8443,
                        Host.PowerManagement.NONE,
                        "rack-" + i / 20),
                new HostStatus(state, null, "boot", null),
                facts,
                Meta.NONE);
    }

    private Vm vm(int i, boolean rules) {
        int vcpus = 1 << random.nextInt(5);
        long memory = vcpus * (2L << random.nextInt(3)) * GIB;
        boolean seated = rules && random.nextInt(4) == 0 && vcpus > 1;
        Tuning tuning = seated ? new Tuning(1 + random.nextInt(2), false, 0) : Tuning.NONE;
        boolean firmware = random.nextBoolean();
        Hardware hardware = Hardware.ordinary(vcpus, memory)
                .with(firmware ? Hardware.Firmware.UEFI : Hardware.Firmware.BIOS, random.nextInt(10) == 0)
                .with(tuning);
        VmSpec spec = new VmSpec(
                "vm-" + i,
                "",
                cluster.id(),
                null,
                hardware,
                List.of(new VmDisk(new UUID(6, i), store, DiskFormat.QCOW2, 10 * GIB, 1, null)),
                List.of(new VmNic(new UUID(7, i), "52:54:00:00:00:01", new UUID(4, random.nextInt(NETWORKS)), true)),
                new HighAvailability(random.nextInt(3) == 0, Priority.MEDIUM),
                MigrationMode.ALLOWED,
                null,
                HostWishes.NONE,
                null,
                null,
                null);
        return new Vm(new UUID(8, i), spec, VmStatus.in(VmState.DOWN), Meta.NONE);
    }

    /** Ten VMs a group; of four groups one each apart, apart by rack, apart if it can be, and together if it can be. */
    private void groups(int vmCount) {
        for (int first = 0; first + GROUP <= vmCount / 2; first += GROUP) {
            List<Member> members = new ArrayList<>();
            for (int i = first; i < first + GROUP; i++) {
                members.add(new Member(new UUID(8, i), null));
            }
            int kind = first / GROUP % 4;
            entities.add(new AffinityGroup(
                    new UUID(9, first),
                    "group-" + first,
                    "",
                    cluster.id(),
                    kind < 2 ? Rule.HARD_ANTI_AFFINITY : kind == 2 ? Rule.ANTI_AFFINITY : Rule.AFFINITY,
                    kind == 1 ? Level.FAULT_DOMAIN : Level.HOST,
                    Rule.NONE,
                    members,
                    List.of(),
                    Meta.NONE));
        }
    }
}
