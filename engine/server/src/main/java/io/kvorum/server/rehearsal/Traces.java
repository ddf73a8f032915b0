package io.kvorum.server.rehearsal;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Traces that were sent to be rehearsed, in the leader's memory: the last {@link #KEPT}. */
@ApplicationScoped
public class Traces {

    private static final int KEPT = 4;

    private final Deque<Trace> traces = new ArrayDeque<>();

    /**
     * Reads a trace and keeps it.
     *
     * @throws io.kvorum.server.api.ProblemException if it is none, with the line that is wrong
     */
    public Trace take(UUID id, String name, Duration step, InputStream body) throws IOException {
        List<float[]> columns = TraceReader.read(body);
        Trace trace = new Trace(id, name, Instant.now(), step, columns.getFirst().length, columns);
        synchronized (this) {
            traces.removeIf(known -> known.id().equals(id));
            traces.addFirst(trace);
            if (traces.size() > KEPT) {
                traces.removeLast();
            }
        }
        return trace;
    }

    /** The newest first. */
    public synchronized List<Trace> all() {
        return List.copyOf(traces);
    }

    public synchronized Optional<Trace> find(UUID id) {
        return traces.stream().filter(trace -> trace.id().equals(id)).findFirst();
    }

    /** Whether it was there. */
    public synchronized boolean remove(UUID id) {
        return traces.removeIf(trace -> trace.id().equals(id));
    }
}
