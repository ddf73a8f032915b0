package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.HugepagePool;
import io.kvorum.core.inventory.Host.NumaNode;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.Hugepages;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmStatus.Growing;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.Explanation.Verdict;
import io.kvorum.core.testing.Things;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;

/** Random hosts, VMs of every kind and affinity groups that come and go, and VMs placed among them. */
@NullUnmarked
final class RandomPlacements {

    static final int VMS = 80;
    static final UUID QUOTA = Things.id("quota");
    private static final int HOSTS = 16;

    private final Random random;
    private final Inventory inventory;
    private final Scheduler scheduler;
    private int placed;

    RandomPlacements(Random random, Inventory inventory) {
        this.random = random;
        this.inventory = inventory;
        this.scheduler = new Scheduler(inventory, new HostLoads());
    }

    int placed() {
        return placed;
    }

    void step() {
        UUID host = Things.id("h" + random.nextInt(HOSTS));
        UUID vm = Things.id("v" + random.nextInt(VMS));
        switch (random.nextInt(15)) {
            case 0, 1 -> inventory.put(host("h" + random.nextInt(HOSTS)), Instant.EPOCH);
            case 2 -> {
                if (inventory.vmsOn(host).isEmpty()) {
                    inventory.remove(Kind.HOST, host);
                }
            }
            case 3 -> inventory.remove(Kind.VM, vm);
            case 4 -> inventory.put(group("g" + random.nextInt(6)), Instant.EPOCH);
            case 5 -> inventory.remove(Kind.AFFINITY_GROUP, Things.id("g" + random.nextInt(6)));
            case 6 -> inventory.put(label("l" + random.nextInt(3)), Instant.EPOCH);
            case 7 -> inventory.remove(Kind.AFFINITY_LABEL, Things.id("l" + random.nextInt(3)));
            case 8 ->
                inventory.hosts().stream()
                        .findAny()
                        .ifPresent(
                                known -> inventory.columns().watch(known.id(), random.nextDouble() - 0.5, false, 0, 1));
            case 9 -> inventory.vm(vm).ifPresent(this::growOrStopGrowing);
            default -> place(inventory.vm(vm).orElseGet(() -> vm("v" + random.nextInt(VMS))));
        }
    }

    private void growOrStopGrowing(Vm vm) {
        Hardware now = vm.spec().hardware();
        boolean grows = vm.hostId() != null
                && vm.status().growing() == null
                && !now.tuning().seated();
        Growing more = new Growing(now.sockets() + 1, now.memoryBytes() + Things.GIB);
        Vm grown = random.nextBoolean() ? vm.grown() : vm;
        inventory.put(grown.withStatus(grown.status().growing(grows ? more : null)), Instant.EPOCH);
    }

    /** The same facts for the same name, so that VMs keep their seats. */
    private Host host(String name) {
        int i = name.hashCode() & 7;
        Host host = Things.host(name, random.nextInt(4) == 0 ? HostState.DOWN : HostState.UP);
        HostFacts facts = Things.facts(name, 16, 32 * Things.GIB);
        List<NumaNode> nodes = i < 3
                ? List.of()
                : List.of(new NumaNode(0, 16 * Things.GIB, "0-7"), new NumaNode(i, 16 * Things.GIB, "8-15"));
        List<HugepagePool> pools =
                i < 5 ? List.of() : List.of(new HugepagePool(Hugepages.SMALL, 2048, 0), new HugepagePool(4096, 7, 0));
        HostSpec spec = host.spec();
        return host.withFacts(new HostFacts(
                        facts.hardwareId(),
                        facts.hostname(),
                        facts.architecture(),
                        facts.cpuModel(),
                        facts.cpuVendor(),
                        1,
                        16,
                        1,
                        16,
                        facts.memoryBytes(),
                        nodes,
                        facts.virtualization(),
                        facts.cpuModels(),
                        facts.bridges(),
                        i != 4,
                        i != 2,
                        facts.versions(),
                        facts.leasing(),
                        pools,
                        facts.machineTypes(),
                        facts.machineAliases(),
                        facts.tsc()))
                .withSpec(new HostSpec(
                        spec.name(),
                        spec.clusterId(),
                        spec.address(),
                        spec.port(),
                        spec.powerManagement(),
                        i < 2 ? null : "rack-" + i % 3));
    }

    private Vm vm(String name) {
        Tuning tuning = random.nextInt(3) > 0
                ? Tuning.NONE
                : new Tuning(1 + random.nextInt(2), random.nextBoolean(), random.nextInt(3) == 0 ? Hugepages.SMALL : 0);
        long memory = (1 + random.nextInt(3)) * Things.GIB;
        int cores = 2 << random.nextInt(2);
        Hardware hardware = Hardware.ordinary(cores, memory)
                .sized(1, memory, memory / (1 + random.nextInt(2)))
                .with(random.nextInt(4) == 0 ? Hardware.Firmware.UEFI : Hardware.Firmware.BIOS, random.nextInt(8) == 0)
                .with(tuning);
        HostWishes wishes = new HostWishes(
                random.nextInt(10) == 0 ? List.of(Things.id("h1"), Things.id("h5")) : List.of(),
                random.nextInt(4) == 0 ? List.of(Things.id("h2")) : List.of());
        return Things.vm(Things.spec(name)
                .with(hardware)
                .with(wishes)
                .inQuota(random.nextBoolean() ? QUOTA : null)
                .with(new HighAvailability(random.nextBoolean(), Priority.MEDIUM)));
    }

    private AffinityGroup group(String name) {
        List<Member> members = new ArrayList<>();
        int partitions = random.nextInt(3);
        for (int i = 0; i < VMS; i++) {
            if (random.nextInt(10) == 0) {
                members.add(new Member(Things.id("v" + i), partitions == 0 ? null : random.nextInt(1 + partitions)));
            }
        }
        List<UUID> hosts = List.of(Things.id("h3"), Things.id("h4"), Things.id("h" + random.nextInt(HOSTS)));
        Rule[] rules = Rule.values();
        return new AffinityGroup(
                Things.id(name),
                name,
                "",
                Things.CLUSTER,
                rules[random.nextInt(rules.length)],
                random.nextBoolean() ? Level.HOST : Level.FAULT_DOMAIN,
                random.nextInt(3) == 0 ? rules[random.nextInt(rules.length)] : Rule.NONE,
                members,
                hosts,
                Meta.NONE);
    }

    private AffinityLabel label(String name) {
        return new AffinityLabel(
                Things.id(name),
                name,
                "",
                IntStream.range(0, HOSTS)
                        .filter(i -> random.nextInt(3) > 0)
                        .mapToObj(i -> Things.id("h" + i))
                        .toList(),
                IntStream.range(0, VMS)
                        .filter(i -> random.nextInt(10) == 0)
                        .mapToObj(i -> Things.id("v" + i))
                        .toList(),
                Meta.NONE);
    }

    Cluster cluster() {
        Cluster.PolicyName[] names = Cluster.PolicyName.values();
        return Things.cluster(
                new Cluster.SchedulingPolicy(names[random.nextInt(names.length)], 80, 2, 100),
                Cluster.FencingPolicy.DEFAULT);
    }

    /** Places the VM, or places it elsewhere as if it were migrated, and holds the choice against its explanation. */
    private void place(Vm vm) {
        PlacementRequest request = new PlacementRequest(vm, cluster(), null, Set.of());
        Optional<Host> chosen = scheduler.choose(request);
        PlacementDecision decision = scheduler.place(request);
        assertEquals(chosen, decision.host());
        explained(decision);
        chosen.ifPresent(host -> {
            Vm bound = vm.withStatus(Things.on(vm, host.name()).status().on(host.id(), decision.seat()));
            inventory.put(bound, Instant.EPOCH);
            placed++;
            HostColumns columns = inventory.columns();
            int slot = columns.slotOf(host.id());
            assertTrue(columns.promisedBytes(slot) <= columns.physicalBytes(slot), "memory oversold");
            for (int node = 0; node < columns.nodes().nodes(slot); node++) {
                assertTrue(columns.nodes().freeThreads(slot, node) >= 0, "CPUs oversold");
                assertTrue(columns.nodes().freeBytes(slot, node) >= 0, "node oversold");
                assertTrue(columns.nodes().freeHugepageBytes(slot, node, Hugepages.SMALL) >= 0, "pages oversold");
            }
        });
    }

    private static void explained(PlacementDecision decision) {
        double best = decision.explanation().hosts().stream()
                .filter(verdict -> verdict.verdict() != Verdict.REFUSED)
                .mapToDouble(HostVerdict::total)
                .max()
                .orElse(-1);
        List<HostVerdict> won = decision.explanation().hosts().stream()
                .filter(verdict -> verdict.verdict() == Verdict.CHOSEN)
                .toList();
        assertEquals(decision.host().map(host -> 1).orElse(0), won.size());
        won.forEach(verdict -> {
            assertEquals(best, verdict.total(), 1e-9);
            verdict.scores().forEach(score -> assertTrue(score.score() >= 0 && score.score() <= 1, score.toString()));
        });
        decision.explanation().hosts().stream()
                .filter(verdict -> verdict.verdict() == Verdict.REFUSED)
                .forEach(verdict ->
                        assertTrue(verdict.reason() != null && verdict.reason().endsWith("."), verdict.toString()));
        assertTrue(decision.host().isPresent() || best < 0, "a host that fits was not chosen");
    }
}
