package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * Even distribution by CPU, as oVirt's evenly_distributed: a host that was busier than HighUtilization for
 * CpuOverCommitDurationMinutes gives a VM to a less busy one.
 *
 * <p>Invariants: one move at a time in a cluster; a move is made only if, as far as is measured, the target stays below
 * the threshold and below what the source had; a VM that has moved stays for {@link #REST}.
 */
public final class CpuBalancer {

    private static final Duration REST = Duration.ofMinutes(5);

    private final HostLoads loads;
    private final Scheduler scheduler;
    private final BiConsumer<Turn, Request> operations;
    private final Map<UUID, Long> overloadedSinceNanos = new HashMap<>();
    private final Map<UUID, Long> movedNanos = new HashMap<>();

    public CpuBalancer(HostLoads loads, Scheduler scheduler, BiConsumer<Turn, Request> operations) {
        this.loads = loads;
        this.scheduler = scheduler;
        this.operations = operations;
    }

    /** Looks at every cluster and starts at most one migration in each. */
    public void tick(Turn turn) {
        for (Cluster cluster : List.copyOf(turn.inventory().clusters())) {
            List<Host> hosts = turn.inventory().hostsOf(cluster.id());
            hosts.forEach(host -> observe(turn, cluster, host));
            if (cluster.scheduling().name() == PolicyName.EVENLY_DISTRIBUTED && !migrating(turn, hosts)) {
                hosts.stream()
                        .filter(host -> overloadedLongEnough(turn, cluster, host))
                        .sorted(Comparator.comparingDouble(this::cpu).reversed())
                        .flatMap(host -> relief(turn, cluster, host).stream())
                        .findFirst()
                        .ifPresent(move -> {
                            movedNanos.put(move.vmId(), turn.nanos());
                            operations.accept(turn, move);
                        });
            }
        }
    }

    private void observe(Turn turn, Cluster cluster, Host host) {
        boolean over = host.state() == HostState.UP
                && cpu(host) * 100 > cluster.scheduling().highUtilizationPercent();
        if (over) {
            overloadedSinceNanos.putIfAbsent(host.id(), turn.nanos());
        } else {
            overloadedSinceNanos.remove(host.id());
        }
    }

    private boolean overloadedLongEnough(Turn turn, Cluster cluster, Host host) {
        Long since = overloadedSinceNanos.get(host.id());
        long needed = Duration.ofMinutes(cluster.scheduling().cpuOverCommitDurationMinutes())
                .toNanos();
        return since != null && turn.nanos() - since >= needed;
    }

    private static boolean migrating(Turn turn, List<Host> hosts) {
        return hosts.stream()
                .flatMap(host -> turn.inventory().vmsOn(host.id()).stream())
                .anyMatch(vm -> vm.state() == VmState.MIGRATING);
    }

    /** The largest load that can go somewhere better. */
    private Optional<Request.MigrateVm> relief(Turn turn, Cluster cluster, Host source) {
        return turn.inventory().vmsOn(source.id()).stream()
                .filter(vm -> vm.state() == VmState.UP
                        && vm.spec().migration() == MigrationMode.ALLOWED
                        && !turn.inventory().locked(Kind.VM, vm.id())
                        && rested(turn, vm))
                .sorted(Comparator.<Vm>comparingDouble(vm -> threadsUsed(vm)).reversed())
                .flatMap(vm -> target(turn, cluster, source, vm).stream()
                        .map(target -> new Request.MigrateVm(vm.id(), target.id())))
                .findFirst();
    }

    private Optional<Host> target(Turn turn, Cluster cluster, Host source, Vm vm) {
        double used = threadsUsed(vm);
        return scheduler
                .choose(new PlacementRequest(vm, cluster, null, Set.of()))
                .filter(host -> {
                    double after = cpu(host) + used / host.facts().cpuThreads();
                    return used > 0
                            && after < cpu(source)
                            && after * 100 <= cluster.scheduling().highUtilizationPercent()
                            && turn.inventory().host(host.id()).isPresent();
                });
    }

    private boolean rested(Turn turn, Vm vm) {
        Long moved = movedNanos.get(vm.id());
        return moved == null || turn.nanos() - moved > REST.toNanos();
    }

    private double threadsUsed(Vm vm) {
        return loads.vmCpu(vm.id()).orElse(0) * vm.spec().hardware().vcpus();
    }

    private double cpu(Host host) {
        return loads.hostCpu(host.id()).orElse(0);
    }
}
