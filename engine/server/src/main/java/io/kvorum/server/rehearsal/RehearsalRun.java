package io.kvorum.server.rehearsal;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.rehearsal.LoadRecording;
import io.kvorum.core.rehearsal.Rehearsal;
import io.kvorum.core.rehearsal.RehearsalReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One rehearsal: the settings in use, then those that were proposed, on the same loads. Any thread may read how far it is. */
public final class RehearsalRun implements Runnable {

    /** How far it is. */
    public enum State {
        RUNNING,
        DONE,
        /** Somebody called it off. */
        CANCELLED,
        /** It took too long, or could not be done. */
        FAILED
    }

    private static final Logger LOG = Logger.getLogger(RehearsalRun.class);

    private final UUID id;
    private final String requestedBy;
    private final Cluster inUse;
    private final Cluster proposed;
    private final Instant from;
    private final Instant to;
    private final @Nullable String trace;
    private final Instant startedAt = Instant.now();
    private final long deadlineNanos;
    private final Duration limit;
    private @Nullable List<Entity> snapshot;
    private @Nullable LoadRecording recording;
    private volatile State state = State.RUNNING;
    private volatile boolean cancelled;
    private volatile int progressPercent;
    private volatile @Nullable Instant endedAt;
    private volatile @Nullable String problem;
    private volatile @Nullable RehearsalReport inUseReport;
    private volatile @Nullable RehearsalReport proposedReport;

    RehearsalRun(
            UUID id,
            String requestedBy,
            Cluster inUse,
            Cluster proposed,
            List<Entity> snapshot,
            LoadRecording recording,
            @Nullable String trace,
            Duration limit) {
        this.id = id;
        this.requestedBy = requestedBy;
        this.inUse = inUse;
        this.proposed = proposed;
        this.snapshot = snapshot;
        this.recording = recording;
        this.trace = trace;
        this.from = recording.from();
        this.to = from.plus(recording.length());
        this.limit = limit;
        this.deadlineNanos = System.nanoTime() + limit.toNanos();
    }

    @Override
    public void run() {
        List<Entity> entities = snapshot;
        LoadRecording loads = recording;
        if (entities == null || loads == null) {
            throw new IllegalStateException("A rehearsal runs once");
        }
        try {
            Optional<RehearsalReport> first = rehearse(entities, inUse, loads, 0);
            inUseReport = first.orElse(null);
            Optional<RehearsalReport> second =
                    first.isEmpty() ? Optional.empty() : rehearse(entities, proposed, loads, 50);
            proposedReport = second.orElse(null);
            if (second.isPresent()) {
                end(State.DONE, null);
            } else if (cancelled) {
                end(State.CANCELLED, null);
            } else {
                end(
                        State.FAILED,
                        "It was stopped after " + limit.toSeconds() + " s, at " + progressPercent
                                + " %. Rehearse fewer hours.");
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "Rehearsal %s failed", id);
        } finally {
            if (state == State.RUNNING) {
                end(State.FAILED, "The engine failed; its log tells more under “Rehearsal " + id + "”.");
            }
            snapshot = null;
            recording = null;
        }
    }

    private Optional<RehearsalReport> rehearse(
            List<Entity> entities, Cluster settings, LoadRecording loads, int percentBefore) {
        return Rehearsal.run(entities, settings, loads, thresholdPercent(), percent -> {
            progressPercent = percentBefore + percent / 2;
            return !cancelled && System.nanoTime() - deadlineNanos < 0;
        });
    }

    private void end(State how, @Nullable String why) {
        if (how == State.DONE) {
            progressPercent = 100;
        }
        problem = why;
        endedAt = Instant.now();
        state = how;
    }

    void cancel() {
        cancelled = true;
    }

    public UUID id() {
        return id;
    }

    public UUID clusterId() {
        return inUse.id();
    }

    public String requestedBy() {
        return requestedBy;
    }

    public Cluster inUse() {
        return inUse;
    }

    public Cluster proposed() {
        return proposed;
    }

    /** A host is counted as above the threshold by the settings in use, in both. */
    public int thresholdPercent() {
        return inUse.scheduling().highUtilizationPercent();
    }

    /** The name of the trace whose loads are played; null for recorded ones. */
    public @Nullable String trace() {
        return trace;
    }

    public Instant from() {
        return from;
    }

    public Instant to() {
        return to;
    }

    public Instant startedAt() {
        return startedAt;
    }

    public State state() {
        return state;
    }

    public int progressPercent() {
        return progressPercent;
    }

    public @Nullable Instant endedAt() {
        return endedAt;
    }

    /** Why it failed, in words. */
    public @Nullable String problem() {
        return problem;
    }

    public @Nullable RehearsalReport inUseReport() {
        return inUseReport;
    }

    public @Nullable RehearsalReport proposedReport() {
        return proposedReport;
    }
}
