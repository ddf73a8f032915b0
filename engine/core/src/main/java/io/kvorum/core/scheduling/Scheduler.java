package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.inventory.Surroundings;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.scheduling.Explanation.Refusal;
import io.kvorum.core.scheduling.Policy.Weighted;
import io.kvorum.core.scheduling.Room.Refusals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a host for a VM: every host of the cluster goes through the filters, those that pass are weighed, the
 * heaviest wins; among equals the one whose name comes first. Leaves the columns as they were, so that the same
 * call answers "where would it go, and why?". The explanation asks the same filters and weights again, on demand.
 *
 * <p>One thread at a time; nothing is allocated for a host that is looked at.
 */
public final class Scheduler {

    /** Cheapest first. */
    static final List<Filter> FILTERS = Stream.of(
                    StateFilters.ALL, CpuFilters.ALL, MemoryFilters.ALL, DeviceFilters.ALL, AffinityFilters.ALL)
            .flatMap(List::stream)
            .toList();

    private static final int NOWHERE = -1;

    private final Surroundings surroundings;
    private final HostColumns columns;
    private final SlotSet admitted = new SlotSet();
    private final SlotSet unyielding = new SlotSet();
    private double[] totals = new double[16];

    /** Policies of operators, ready for use; a change makes another. */
    private final Map<SchedulingPolicy, Policy> compiled = new WeakHashMap<>();

    public Scheduler(Surroundings surroundings, HostColumns columns) {
        this.surroundings = surroundings;
        this.columns = columns;
    }

    /** For the hosts of an inventory, with what was measured of them so far. */
    public Scheduler(Inventory inventory, HostLoads loads) {
        this(inventory, inventory.columns());
        for (Host host : inventory.hosts()) {
            loads.hostCpu(host.id()).ifPresent(load -> columns.measured(host.id(), load));
            columns.swapped(host.id(), loads.hostSwapBytes(host.id()), loads.hostMemoryBytes(host.id()));
            columns.measuredIo(host.id(), loads.hostDisk(host.id()), loads.hostNetworkShare(host.id()));
        }
    }

    /** Takes what was measured of a host at that time. */
    public void measured(Host host, Cluster cluster, HostLoads loads, long nanos) {
        var policy = cluster.scheduling();
        columns.measured(host.id(), loads.hostCpu(host.id()).orElse(0));
        columns.swapped(host.id(), loads.hostSwapBytes(host.id()), loads.hostMemoryBytes(host.id()));
        columns.measuredIo(host.id(), loads.hostDisk(host.id()), loads.hostNetworkShare(host.id()));
        columns.watch(
                host.id(),
                policy.highUtilizationPercent() / 100.0,
                HostPressure.on(loads, cluster, host.id()),
                Duration.ofMinutes(policy.cpuOverCommitDurationMinutes()).toNanos(),
                nanos);
    }

    /** The choice alone: no words are made. */
    public Optional<Host> choose(PlacementRequest request) {
        Candidates candidates = candidates(request);
        return chosen(candidates, best(candidates));
    }

    /** The choice of {@link #choose} with its explanation, which of a large cluster names the hosts that tell most. */
    public PlacementDecision place(PlacementRequest request) {
        Candidates candidates = candidates(request);
        int best = best(candidates);
        return new PlacementDecision(
                chosen(candidates, best), seat(candidates, best), Explanations.brief(candidates, best, totals));
    }

    /** Where it would go, and everything that stands against each other host. */
    public Explanation explain(PlacementRequest request) {
        Candidates candidates = candidates(request);
        return Explanations.thorough(candidates, best(candidates));
    }

    /**
     * What {@link #explain} would say of a VM that runs if it ran nowhere: why it is where it is, or that it would be placed
     * elsewhere now. What it uses itself of its host's CPU still counts there, since nobody knows how much of it would move.
     */
    public Explanation explainAfresh(Vm vm, Cluster cluster) {
        Vm nowhere = vm.withStatus(vm.status().off(VmState.DOWN, null));
        return without(vm, () -> explain(new PlacementRequest(nowhere, cluster, null, Set.of())));
    }

    /** The answer as if the VM were on no host; the columns are afterwards what they were. */
    private <A> A without(Vm vm, Supplier<A> question) {
        List<UUID> hostIds = Stream.of(
                        Optional.ofNullable(vm.hostId()),
                        Optional.ofNullable(vm.status().targetHostId()))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
        hostIds.forEach(hostId -> columns.unbind(hostId, vm));
        try {
            return question.get();
        } finally {
            hostIds.forEach(hostId -> columns.bind(hostId, vm));
        }
    }

    /**
     * Why a VM cannot become so large where it runs. What it has there now counts as free; only filters that mind its size are
     * asked, so that nothing else that stands against its host by now keeps it small.
     *
     * @param grown the VM, where it is, as it would be
     */
    public Optional<Refusal> objectionToGrow(Vm vm, Vm grown, Cluster cluster) {
        PlacementRequest request = new PlacementRequest(grown, cluster, vm.hostId(), Set.of());
        return without(vm, () -> objectionOfSize(vm, grown, candidates(request)));
    }

    private Optional<Refusal> objectionOfSize(Vm vm, Vm grown, Candidates candidates) {
        int slot = candidates.currentSlot();
        return FILTERS.stream()
                .filter(filter ->
                        filter.minds(vm.spec().hardware(), grown.spec().hardware()))
                .filter(filter -> filter.applies(candidates) && !filter.admits(candidates, slot))
                .findFirst()
                .map(filter -> new Refusal(filter.name(), filter.reason(candidates, slot)));
    }

    /**
     * VMs that were placed one after the other, each beside those before it.
     *
     * @param misfits those that found no host
     * @param explanation of the first of them
     */
    public record Trial(List<Vm> misfits, Optional<Explanation> explanation) {
        public Trial {
            misfits = List.copyOf(misfits);
        }
    }

    /** Places VMs that run nowhere in that order, on a copy. */
    public Trial tryAll(Cluster cluster, List<Vm> vms) {
        Scheduler there = new Scheduler(surroundings, columns.copy());
        List<Vm> misfits = new ArrayList<>();
        Optional<Explanation> explanation = Optional.empty();
        for (Vm vm : vms) {
            PlacementRequest request = new PlacementRequest(vm, cluster, null, Set.of());
            if (there.take(request).isEmpty()) {
                explanation =
                        explanation.or(() -> Optional.of(there.place(request).explanation()));
                misfits.add(vm);
            }
        }
        return new Trial(misfits, explanation);
    }

    /**
     * How many more VMs like that, which runs nowhere, there is room for: to be searched on a copy, on whatever thread has the time.
     *
     * @throws IllegalArgumentException if the VM has disks, network cards or a lease
     */
    public RoomSearch room(PlacementRequest request) {
        return new RoomSearch(surroundings, columns.copy(), request);
    }

    /** The choice of {@link #choose}, where a VM that ran nowhere counts from then on: for columns that are a copy. */
    Optional<Host> take(PlacementRequest request) {
        Candidates candidates = candidates(request);
        int best = best(candidates);
        Optional<Host> host = chosen(candidates, best);
        Vm vm = request.vm();
        host.ifPresent(to -> columns.bind(to.id(), vm.withStatus(vm.status().on(to.id(), seat(candidates, best)))));
        return host;
    }

    /** How many hosts each filter refuses first, where the VM fits on none. */
    List<Refusals> refusals(PlacementRequest request) {
        return Explanations.refusals(candidates(request));
    }

    /** Which rules of its affinity groups, hard or soft, a VM breaks where it runs. */
    public List<BrokenRule> brokenRules(Vm vm, Cluster cluster) {
        return BrokenRule.of(candidates(new PlacementRequest(vm, cluster, null, Set.of())));
    }

    /** What the VM gets of the NUMA nodes of a host that was chosen for it; null where it floats, and where there is no room for it. */
    public @Nullable Seat seat(PlacementRequest request, Host host) {
        return seat(candidates(request), columns.slotOf(host.id()));
    }

    private static @Nullable Seat seat(Candidates candidates, int slot) {
        return slot == NOWHERE || !candidates.tuning().seated() || !Seats.fits(candidates, slot)
                ? null
                : Seats.pick(candidates, slot);
    }

    /** The VM as it would be on a host that was chosen for it. */
    public Vm supposedOn(PlacementRequest request, Host host) {
        Vm vm = request.vm();
        return vm.withStatus(vm.status().to(VmState.UP, null).on(host.id(), seat(request, host)));
    }

    /** Whether the VM runs where a hard rule of its affinity groups does not want it. */
    public boolean breaksAffinity(Vm vm, Cluster cluster) {
        return brokenRules(vm, cluster).stream().anyMatch(BrokenRule::hard);
    }

    private Candidates candidates(PlacementRequest request) {
        return new Candidates(surroundings, columns, request, policyOf(request.cluster()));
    }

    private Policy policyOf(Cluster cluster) {
        SchedulingPolicy custom = cluster.customPolicyId() == null
                ? null
                : surroundings.schedulingPolicy(cluster.customPolicyId()).orElse(null);
        return custom == null ? Policy.of(cluster.scheduling().name()) : compiled.computeIfAbsent(custom, Policy::of);
    }

    private static Optional<Host> chosen(Candidates candidates, int best) {
        return best == NOWHERE ? Optional.empty() : Optional.of(candidates.host(best));
    }

    private int best(Candidates candidates) {
        narrow(candidates);
        if (admitted.isEmpty()) {
            return NOWHERE;
        }
        weigh(candidates);
        int best = NOWHERE;
        for (int slot = admitted.next(0); slot >= 0; slot = admitted.next(slot + 1)) {
            if (best == NOWHERE
                    || totals[slot] > totals[best]
                    || (totals[slot] == totals[best]
                            && nameOf(candidates, slot).compareTo(nameOf(candidates, best)) < 0)) {
                best = slot;
            }
        }
        return best;
    }

    /**
     * Leaves in {@link #admitted} the hosts that pass the filters; where those that yield would leave none, the hosts that
     * pass the others.
     */
    private void narrow(Candidates candidates) {
        admitted.become(candidates.slots());
        narrow(candidates, false);
        if (!admitted.isEmpty()) {
            unyielding.become(admitted);
            narrow(candidates, true);
            if (admitted.isEmpty()) {
                admitted.become(unyielding);
            }
        }
    }

    private void narrow(Candidates candidates, boolean yielding) {
        for (int i = 0; i < FILTERS.size(); i++) {
            Filter filter = FILTERS.get(i);
            if (filter.yields() == yielding && filter.applies(candidates)) {
                filter.narrow(candidates, admitted);
            }
        }
    }

    /** Leaves in {@link #totals} what the weights say of the hosts that are admitted. */
    private void weigh(Candidates candidates) {
        if (totals.length < columns.bound()) {
            totals = new double[columns.bound() * 2];
        }
        for (int slot = admitted.next(0); slot >= 0; slot = admitted.next(slot + 1)) {
            totals[slot] = 0;
        }
        List<Weighted> weights = candidates.policy().weights();
        for (int i = 0; i < weights.size(); i++) {
            Weighted weighted = weights.get(i);
            if (weighted.unit().applies(candidates)) {
                weighted.unit().add(candidates, admitted, weighted.factor(), totals);
            }
        }
    }

    private static String nameOf(Candidates candidates, int slot) {
        return candidates.host(slot).name();
    }
}
