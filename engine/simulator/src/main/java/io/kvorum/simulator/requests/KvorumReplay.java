package io.kvorum.simulator.requests;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Host.NumaNode;
import io.kvorum.core.inventory.Host.Versions;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import io.kvorum.simulator.requests.RequestTrace.Server;
import io.kvorum.simulator.requests.RequestTrace.Strategy;
import io.kvorum.simulator.requests.RequestTrace.Wanted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The engine's own inventory and scheduler, with the policy {@code density}: servers are hosts, every VM has CPUs of its own
 * on NUMA nodes, groups are hard affinity groups that a VM joins as it comes. Nothing of what comes later is known.
 */
final class KvorumReplay {

    private static final Instant NOW = Instant.EPOCH;
    private static final long GIB = 1L << 30;

    private final RequestTrace trace;
    private final Cluster cluster = Cluster.named(new UUID(2, 1), "cluster", new UUID(1, 1))
            .with(new Cluster.SchedulingPolicy(PolicyName.DENSITY, 80, 2, 100));
    private final Inventory inventory;
    private final Scheduler scheduler;
    private final Map<String, AffinityGroup> groups = new HashMap<>();
    private final List<Placed> placements = new ArrayList<>();
    private long deciding;

    KvorumReplay(RequestTrace trace) {
        this.trace = trace;
        List<Entity> entities = new ArrayList<>(List.of(new DataCenter(new UUID(1, 1), "dc", "", Meta.NONE), cluster));
        for (int i = 0; i < trace.servers().size(); i++) {
            entities.add(host(i, trace.servers().get(i)));
        }
        inventory = new Inventory(entities);
        scheduler = new Scheduler(inventory, new HostLoads());
    }

    List<Placed> run() {
        for (int i = 0; i < trace.requests().size(); i++) {
            Wanted wanted = trace.requests().get(i);
            Vm vm = vm(i, wanted);
            inventory.put(vm, NOW);
            join(vm, wanted);
            place(i, vm);
            inventory.drainChanges();
        }
        return placements;
    }

    /** Nanoseconds that the decisions took, with what they reserved. */
    long deciding() {
        return deciding;
    }

    private void place(int request, Vm vm) {
        long started = System.nanoTime();
        PlacementRequest asked = new PlacementRequest(vm, cluster, null, Set.of());
        Optional<Host> host = scheduler.choose(asked);
        if (host.isPresent()) {
            Seat seat = scheduler.seat(asked, host.get());
            inventory.put(
                    vm.withStatus(vm.status().to(VmState.UP, null).on(host.get().id(), seat)), NOW);
            deciding += System.nanoTime() - started;
            placements.add(new Placed(
                    request,
                    (int) host.get().id().getLeastSignificantBits(),
                    Objects.requireNonNull(seat).cells().stream()
                            .map(Seat.Cell::node)
                            .toList()));
        } else {
            deciding += System.nanoTime() - started;
            inventory.remove(vm.kind(), vm.id());
        }
    }

    private void join(Vm vm, Wanted wanted) {
        if (wanted.strategy() == Strategy.NONE) {
            return;
        }
        String name = wanted.strategy() + "-" + wanted.group();
        AffinityGroup before = groups.get(name);
        List<Member> members = new ArrayList<>(before == null ? List.of() : before.members());
        members.add(new Member(vm.id(), wanted.strategy() == Strategy.FAULT_DOMAIN ? wanted.domain() : null));
        AffinityGroup group = new AffinityGroup(
                new UUID(4, before == null ? groups.size() : before.id().getLeastSignificantBits()),
                name,
                "",
                cluster.id(),
                wanted.strategy() == Strategy.AFFINITY ? Rule.HARD_AFFINITY : Rule.HARD_ANTI_AFFINITY,
                Level.HOST,
                Rule.NONE,
                members,
                List.of(),
                before == null ? Meta.NONE : before.meta());
        groups.put(name, group);
        inventory.put(group, NOW);
    }

    private static Vm vm(int i, Wanted wanted) {
        Hardware hardware =
                Hardware.ordinary(wanted.cpus(), wanted.gib() * GIB).with(new Tuning(wanted.nodes(), true, 0));
        VmSpec spec = new VmSpec(
                "vm-" + i,
                "",
                new UUID(2, 1),
                null,
                hardware,
                List.of(),
                List.of(),
                new HighAvailability(false, Priority.MEDIUM),
                MigrationMode.ALLOWED,
                null);
        return new Vm(new UUID(5, i), spec, VmStatus.in(VmState.DOWN), Meta.NONE);
    }

    /** The server's free room is the host's; what a host keeps for itself comes on top. */
    private Host host(int i, Server server) {
        int first = server.cpus()[0];
        int all = first + server.cpus()[1];
        long reserve = HostColumns.HOST_RESERVE_BYTES;
        HostFacts facts = new HostFacts(
                "hw-" + i,
                "server-" + i,
                "x86_64",
                "CPU",
                "vendor",
                2,
                all,
                1,
                all,
                (server.gib()[0] + server.gib()[1]) * GIB + reserve,
                List.of(
                        new NumaNode(0, server.gib()[0] * GIB + reserve / 2, cpuSet(0, first)),
                        new NumaNode(1, server.gib()[1] * GIB + reserve / 2, cpuSet(first, all))),
                Virtualization.KVM,
                List.of(),
                List.of(),
                true,
                true,
                new Versions("1", "10", "9", "6", "linux"),
                Host.Leasing.NONE,
                List.of(),
                List.of(),
                Map.of(),
                null);
        return new Host(
                new UUID(3, i),
                new HostSpec("server-" + i, cluster.id(), "server.example", 8443, Host.PowerManagement.NONE),
                new HostStatus(HostState.UP, null, "boot", null),
                facts,
                Meta.NONE);
    }

    private static String cpuSet(int from, int to) {
        return from == to ? "" : from + "-" + (to - 1);
    }
}
