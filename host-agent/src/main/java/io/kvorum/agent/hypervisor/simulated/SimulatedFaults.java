package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What goes wrong on a simulated host, by script. Every method may be called at any time. */
public final class SimulatedFaults {
    private final AtomicReference<Optional<String>> nextStart = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> nextMigration = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> nextGrowth = new AtomicReference<>(Optional.empty());
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

    /** The next GrowVm fails with this message; the guest stays as it is. */
    public void failNextGrowth(String message) {
        nextGrowth.set(Optional.of(message));
    }

    /** The next command that starts, moves, grows or shuts down a guest does not end before its time limit. */
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

    Optional<String> takeGrowthFailure() {
        return nextGrowth.getAndSet(Optional.empty());
    }

    /** TIMED_OUT at the end of the time limit, where that was asked for. */
    void hangIfScripted(CommandContext context, String host) {
        if (hanging.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
            context.pause(context.remaining());
            throw CommandFailure.timedOut("The hypervisor of " + host + " hung until the time limit");
        }
    }

    double slowness() {
        return slowness;
    }
}
