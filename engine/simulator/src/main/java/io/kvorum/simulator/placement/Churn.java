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
 * decision is another one, reserves really, and the cluster stays as full as it was.
 */
final class Churn {

    private static final Instant NOW = Instant.EPOCH;
    private static final int DRAIN = 256;

    private final ThreadMXBean allocations = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Random random = new Random(7);
    private final Fleet fleet;
    private final Inventory inventory;
    private final Scheduler scheduler;
    private final Vm[] running;
    private final Vm[] waiting;
    private int placed;
    private long replaced;
    private long decisionNanos;
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
        PlacementRequest request = new PlacementRequest(vm, fleet.cluster(), null, Set.of());
        return scheduler.choose(request).map(host -> bound(request, host));
    }

    private Vm bound(PlacementRequest request, Host host) {
        Vm vm = request.vm();
        VmStatus status = vm.status().to(VmState.UP, null).on(host.id(), scheduler.seat(request, host));
        return (Vm) inventory.put(vm.withStatus(status), NOW);
    }

    /** One VM is stopped, another is placed and bound; tells whether that one found a host. */
    boolean replaceOne() {
        int leaving = random.nextInt(running.length);
        int coming = random.nextInt(waiting.length);
        Vm gone = running[leaving];
        Vm off = (Vm) inventory.put(gone.withStatus(gone.status().off(VmState.DOWN, null)), NOW);
        PlacementRequest request = new PlacementRequest(waiting[coming], fleet.cluster(), null, Set.of());
        Optional<Host> host = decide(request);
        if (host.isPresent()) {
            running[leaving] = bound(request, host.get());
            waiting[coming] = off;
        } else {
            running[leaving] = place(off).orElseThrow();
        }
        if (replaced++ % DRAIN == 0) {
            inventory.drainChanges();
        }
        return host.isPresent();
    }

    private Optional<Host> decide(PlacementRequest request) {
        long allocated = allocations.getCurrentThreadAllocatedBytes();
        long started = System.nanoTime();
        Optional<Host> host = scheduler.choose(request);
        decisionNanos = System.nanoTime() - started;
        decisionBytes += allocations.getCurrentThreadAllocatedBytes() - allocated;
        return host;
    }

    Window window(int decisions) {
        long[] nanos = new long[decisions];
        decisionBytes = 0;
        int nowhere = 0;
        long begun = System.nanoTime();
        for (int i = 0; i < decisions; i++) {
            nowhere += replaceOne() ? 0 : 1;
            nanos[i] = decisionNanos;
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        Arrays.sort(nanos);
        return new Window(seconds, nanos, decisionBytes, nowhere);
    }
}
