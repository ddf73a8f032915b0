package io.kvorum.agent.balloon;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Looks at the balloons of a host every fifteen seconds; a round begins when the one before it has ended. */
public final class BalloonRounds {
    private static final Logger LOG = Logger.getLogger(BalloonRounds.class.getName());

    /** Longer than guests take to tell what became of the last. */
    private static final long PAUSE_SECONDS = 15;

    private final Runnable round;
    private final ScheduledExecutorService scheduler;
    private final Executor blocking;
    private boolean failed;

    /** @param blocking where rounds run, since they wait for the hypervisor */
    public BalloonRounds(Runnable round, ScheduledExecutorService scheduler, Executor blocking) {
        this.round = round;
        this.scheduler = scheduler;
        this.blocking = blocking;
    }

    public void schedule() {
        var unused = scheduler.schedule(() -> blocking.execute(this::once), PAUSE_SECONDS, TimeUnit.SECONDS);
    }

    private void once() {
        try {
            round.run();
            failed = false;
        } catch (RuntimeException e) {
            // Told once, not every round of an hour in which libvirt is away.
            LOG.log(failed ? Level.FINE : Level.WARNING, "balloons not moved reason=" + e.getMessage());
            failed = true;
        } finally {
            schedule();
        }
    }
}
