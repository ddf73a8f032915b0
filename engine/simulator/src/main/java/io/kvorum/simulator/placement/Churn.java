package io.kvorum.simulator.placement;

import com.sun.management.ThreadMXBean;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.PlacementRequest;
import io.kvorum.core.scheduling.Scheduler;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A full cluster in which VMs come and go: one that runs is stopped, another that does not is placed and bound, so that each
 * decision is another one, reserves really, and the cluster stays as full as it was. Where the other one fits nowhere, that is
 * a decision, and the one that puts the first back is the next.
 */
final class Churn {

    private static final Instant NOW = Instant.EPOCH;
    private static final int DRAIN = 256;
    private static final int MOST_DECISIONS = 2;

    private final ThreadMXBean allocations = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Random random = new Random(7);
    private final Fleet fleet;
    private final Inventory inventory;
    private final Scheduler scheduler;
    private final Vm[] running;
    private final Vm[] waiting;
    private int placed;
    private long replaced;
    private final long[] latestNanos = new long[MOST_DECISIONS];
    private long decisionBytes;

    /**
     * What one window saw.
     *
     * @param seconds of decisions, with what they reserve and release
     * @param nanos what each decision took alone, sorted
     * @param bytes allocated by the decisions alone
     * @param nowhere VMs that fitted nowhere
     */
    record Window(double seconds, long[] nanos, long bytes, int nowhere) {

        double rate() {
            return nanos.length / seconds;
        }

        double percentileMicros(double share) {
            return nanos[(int) Math.min(nanos.length - 1, Math.ceil(nanos.length * share) - 1)] / 1e3;
        }

        /** Of the VMs that came. */
        double nowhereShare() {
            return (double) nowhere / (nanos.length - nowhere);
        }

        double bytesPerDecision() {
            return (double) bytes / nanos.length;
        }
    }

    /** A cluster with so many VMs running, and some more waiting. */
    Churn(int hosts, int vms, boolean rules) {
        int spare = Math.max(100, vms / 20);
        fleet = new Fleet(hosts, vms + spare, rules);
        inventory = new Inventory(fleet.entities());
        inventory.drainChanges();
        HostLoads loads = new HostLoads();
        for (Host host : inventory.hosts()) {
            loads.report(host.id(), new HostLoad(random.nextDouble() * 0.7, 0, List.of()), 0);
        }
        scheduler = new Scheduler(inventory, loads);
        running = new Vm[vms];
        waiting = new Vm[spare];
        fill();
    }

    private void fill() {
        int waits = 0;
        for (Vm vm : fleet.vms()) {
            inventory.put(vm, NOW);
            Optional<Vm> bound = placed < running.length ? place(vm) : Optional.empty();
            if (bound.isPresent()) {
                running[placed++] = bound.get();
            } else if (waits < waiting.length) {
                waiting[waits++] = vm;
            }
            inventory.drainChanges();
        }
        if (waits < waiting.length || placed < running.length) {
            throw new IllegalStateException("The cluster holds " + placed + " of " + running.length + " VMs.");
        }
    }

    private Optional<Vm> place(Vm vm) {
        PlacementRequest request = request(vm);
        return scheduler.choose(request).map(host -> bound(request, host));
    }

    private PlacementRequest request(Vm vm) {
        return new PlacementRequest(vm, fleet.cluster(), null, Set.of());
    }

    private Vm bound(PlacementRequest request, Host host) {
        Vm vm = request.vm();
        VmStatus status = vm.status().to(VmState.UP, null).on(host.id(), scheduler.seat(request, host));
        return (Vm) inventory.put(vm.withStatus(status), NOW);
    }

    /** One VM is stopped, another is placed and bound, or else the first again; answers how many decisions that took. */
    int replaceOne() {
        int leaving = random.nextInt(running.length);
        int coming = random.nextInt(waiting.length);
        Vm gone = running[leaving];
        Vm off = (Vm) inventory.put(gone.withStatus(gone.status().off(VmState.DOWN, null)), NOW);
        int decisions = 1;
        PlacementRequest request = request(waiting[coming]);
        Optional<Host> host = decide(request, 0);
        if (host.isPresent()) {
            running[leaving] = bound(request, host.get());
            waiting[coming] = off;
        } else {
            decisions = MOST_DECISIONS;
            PlacementRequest back = request(off);
            running[leaving] = bound(back, decide(back, 1).orElseThrow());
        }
        if (replaced++ % DRAIN == 0) {
            inventory.drainChanges();
        }
        return decisions;
    }

    private Optional<Host> decide(PlacementRequest request, int index) {
        long allocated = allocations.getCurrentThreadAllocatedBytes();
        long started = System.nanoTime();
        Optional<Host> host = scheduler.choose(request);
        latestNanos[index] = System.nanoTime() - started;
        decisionBytes += allocations.getCurrentThreadAllocatedBytes() - allocated;
        return host;
    }

    /** @param least number of decisions; there may be one more */
    Window window(int least) {
        long[] nanos = new long[least + MOST_DECISIONS];
        decisionBytes = 0;
        int decisions = 0;
        int nowhere = 0;
        long begun = System.nanoTime();
        while (decisions < least) {
            int made = replaceOne();
            System.arraycopy(latestNanos, 0, nanos, decisions, made);
            decisions += made;
            nowhere += made - 1;
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long[] sorted = Arrays.copyOf(nanos, decisions);
        Arrays.sort(sorted);
        return new Window(seconds, sorted, decisionBytes, nowhere);
    }
}
