package io.kvorum.server.rehearsal;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.rehearsal.LoadRecording;
import io.kvorum.server.api.ProblemException;
import io.kvorum.server.metrics.LoadHistory;
import io.kvorum.server.metrics.Metric;
import io.kvorum.server.metrics.StatisticsStore;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Runs rehearsals, on threads of their own that give way to everything else: one a cluster and two in all at once, none for longer
 * than {@link #LIMIT}. Both they and the loads that they are played on are in the leader's memory; the last ones are kept.
 */
@ApplicationScoped
public class Rehearsals {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int AT_ONCE = 2;
    private static final int KEPT = 20;

    private static final int BYTES_A_STEP = 8;

    /** Of the heap, for the loads of one rehearsal. */
    private static final int SHARE_OF_HEAP = 32;

    private final LoadHistory history;
    private final StatisticsStore statistics;
    private final Deque<RehearsalRun> runs = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(
            AT_ONCE,
            Thread.ofPlatform()
                    .name("rehearsal-", 0)
                    .daemon()
                    .priority(Thread.MIN_PRIORITY)
                    .factory());

    Rehearsals(LoadHistory history, StatisticsStore statistics) {
        this.history = history;
        this.statistics = statistics;
    }

    void stop(@Observes ShutdownEvent event) {
        synchronized (this) {
            runs.forEach(RehearsalRun::cancel);
        }
        threads.shutdownNow();
    }

    /** The newest first. */
    public synchronized List<RehearsalRun> of(UUID clusterId) {
        return runs.stream().filter(run -> run.clusterId().equals(clusterId)).toList();
    }

    public synchronized Optional<RehearsalRun> find(UUID clusterId, UUID id) {
        return runs.stream()
                .filter(run -> run.clusterId().equals(clusterId) && run.id().equals(id))
                .findFirst();
    }

    /** Calls it off if it runs, and forgets it. */
    public synchronized void remove(RehearsalRun run) {
        run.cancel();
        runs.remove(run);
    }

    /**
     * Begins a rehearsal on what was recorded between both times, as far as anything was.
     *
     * @throws ProblemException if nothing was, it would be too much, or too many run already
     */
    public RehearsalRun begin(
            UUID id, String by, Cluster inUse, Cluster proposed, List<Entity> snapshot, Instant from, Instant to) {
        List<Host> hosts = hosts(snapshot, inUse);
        List<Vm> vms = vms(snapshot);
        Instant since = history.since(hosts)
                .orElseThrow(() -> ProblemException.conflict("No loads of cluster " + inUse.name()
                        + " have been recorded yet. The leader remembers them" + " in steps of "
                        + history.step().toSeconds() + " s since it leads; try again later."));
        Instant first = from.isBefore(since) ? since : from;
        Instant last = to.isAfter(history.until()) ? history.until() : to;
        long steps = Duration.between(first, last).dividedBy(history.step());
        if (steps < 1) {
            throw ProblemException.conflict("Between " + from + " and " + to + " no loads of cluster " + inUse.name()
                    + " were recorded; they are known from " + since + " to " + history.until() + ".");
        }
        long most = mostSteps(hosts.size() + vms.size());
        if (steps > most) {
            throw ProblemException.invalid(
                    "hours",
                    Duration.between(first, last).toHours(),
                    "Is too much for " + hosts.size() + " hosts and " + vms.size() + " VMs: rehearse at most "
                            + Math.max(1, history.step().multipliedBy(most).toHours()) + " h.");
        }
        return begin(id, inUse, () -> {
            LoadRecording recording = history.recording(hosts, vms, first, (int) steps);
            return new RehearsalRun(id, by, inUse, proposed, snapshot, recording, null, LIMIT);
        });
    }

    /**
     * Begins a rehearsal on a trace, which is taken to begin then. VMs get its columns by their names' order.
     *
     * @throws ProblemException if there is no VM, it would be too much, or too many run already
     */
    public RehearsalRun begin(
            UUID id, String by, Cluster inUse, Cluster proposed, List<Entity> snapshot, Trace trace, Instant from) {
        List<Vm> vms = vms(snapshot).stream()
                .sorted(Comparator.comparing(Vm::name).thenComparing(Vm::id))
                .toList();
        if (vms.isEmpty()) {
            throw ProblemException.conflict("No VM runs in cluster " + inUse.name()
                    + " that could have the loads of trace " + trace.name() + "; start some first.");
        }
        long most = mostSteps(vms.size());
        if (trace.steps() > most) {
            throw ProblemException.invalid(
                    "traceId",
                    trace.id(),
                    "Its " + trace.steps() + " steps are too many for " + vms.size() + " VMs: rehearse at most " + most
                            + ".");
        }
        return begin(
                id,
                inUse,
                () -> new RehearsalRun(
                        id, by, inUse, proposed, snapshot, trace.over(vms, from, this::memory), trace.name(), LIMIT));
    }

    /** What it used when it was last measured; else all that it has. */
    private double memory(Vm vm) {
        return statistics
                .last(vm.id())
                .map(sample -> (double) sample.of(Metric.MEMORY))
                .filter(bytes -> bytes > 0)
                .orElse((double) vm.spec().hardware().memoryBytes());
    }

    private static List<Host> hosts(List<Entity> snapshot, Cluster cluster) {
        return snapshot.stream()
                .filter(Host.class::isInstance)
                .map(Host.class::cast)
                .filter(host -> host.spec().clusterId().equals(cluster.id()))
                .toList();
    }

    private static List<Vm> vms(List<Entity> snapshot) {
        return snapshot.stream()
                .filter(Vm.class::isInstance)
                .map(Vm.class::cast)
                .toList();
    }

    /** How many steps find room for so many hosts and VMs. */
    private static long mostSteps(int columns) {
        return Math.max(1, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / BYTES_A_STEP / Math.max(1, columns));
    }

    private RehearsalRun begin(UUID id, Cluster inUse, Supplier<RehearsalRun> make) {
        synchronized (this) {
            Optional<RehearsalRun> again =
                    runs.stream().filter(run -> run.id().equals(id)).findFirst();
            if (again.isPresent()) {
                return again.get();
            }
            refuseTooMany(inUse);
            RehearsalRun run = make.get();
            runs.addFirst(run);
            while (runs.size() > KEPT && runs.peekLast().state() != RehearsalRun.State.RUNNING) {
                runs.removeLast();
            }
            threads.execute(run);
            return run;
        }
    }

    private void refuseTooMany(Cluster cluster) {
        List<RehearsalRun> running = runs.stream()
                .filter(run -> run.state() == RehearsalRun.State.RUNNING)
                .toList();
        running.stream()
                .filter(run -> run.clusterId().equals(cluster.id()))
                .findFirst()
                .ifPresent(run -> {
                    throw ProblemException.conflict("Rehearsal " + run.id() + " of cluster " + cluster.name()
                            + " runs, " + run.progressPercent() + " % are done. Wait for it, or call it off.");
                });
        if (running.size() >= AT_ONCE) {
            throw ProblemException.conflict(
                    running.size() + " rehearsals of other clusters run; try again when one of them has ended.");
        }
    }
}
