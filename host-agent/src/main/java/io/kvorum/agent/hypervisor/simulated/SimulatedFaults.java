package io.kvorum.agent.hypervisor.simulated;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What goes wrong on a simulated host, by script. Every method may be called at any time. */
public final class SimulatedFaults {
    private final AtomicReference<Optional<String>> nextStart = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> nextMigration = new AtomicReference<>(Optional.empty());
    private final AtomicInteger hanging = new AtomicInteger();
    private volatile double slowness = 1;

    /** The next StartVm fails with this message. */
    public void failNextStart(String message) {
        nextStart.set(Optional.of(message));
    }

    /** The next MigrateVm fails half-way with this message; the guest stays on the source. */
    public void failNextMigration(String message) {
        nextMigration.set(Optional.of(message));
    }

    /** The next command that starts, moves or shuts down a guest does not end before its time limit. */
    public void hangNext() {
        hanging.incrementAndGet();
    }

    /** Everything takes this many times longer. */
    public void slow(double factor) {
        slowness = Math.max(0.001, factor);
    }

    Optional<String> takeStartFailure() {
        return nextStart.getAndSet(Optional.empty());
    }

    Optional<String> takeMigrationFailure() {
        return nextMigration.getAndSet(Optional.empty());
    }

    boolean takeHang() {
        return hanging.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }

    double slowness() {
        return slowness;
    }
}
