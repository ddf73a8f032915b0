package io.kvorum.server.metrics;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.rehearsal.LoadRecording;
import io.kvorum.core.rehearsal.LoadRecording.Series;
import io.kvorum.server.KvorumConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The loads of the last days, as means of five minutes, to rehearse settings on. It is in the leader's memory only, within a fixed
 * budget: the more hosts and VMs there are, the fewer days are kept. A new leader begins anew.
 */
@ApplicationScoped
public class LoadHistory {

    private static final int SHARE_OF_HEAP = 16;
    private static final int BYTES_A_COLUMN = 200;
    private static final int LEAST_STEPS = 12;
    private static final long MEGABYTE = 1_000_000;

    private final long stepMillis;
    private final int mostSteps;
    private final long budgetBytes;
    private final Map<UUID, LoadColumn> hosts = new ConcurrentHashMap<>();
    private final Map<UUID, LoadColumn> guests = new ConcurrentHashMap<>();
    private final Map<UUID, LoadColumn> vms = new ConcurrentHashMap<>();
    private final AtomicLong lastStep = new AtomicLong();
    private volatile int limit;

    @Inject
    LoadHistory(KvorumConfig config) {
        this(config.history().step(), config.history().keep(), budgetBytes(config.history()));
    }

    private static long budgetBytes(KvorumConfig.History settings) {
        return settings.megabytes()
                .map(megabytes -> megabytes * MEGABYTE)
                .orElse(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    LoadHistory(Duration step, Duration keep, long budgetBytes) {
        if (!step.isPositive() || keep.compareTo(step) < 0 || budgetBytes < MEGABYTE) {
            throw new IllegalArgumentException("kvorum.history has steps of " + step + ", kept for " + keep + " in "
                    + budgetBytes / MEGABYTE + " MB; a step must last, be kept, and find a megabyte");
        }
        this.stepMillis = step.toMillis();
        this.mostSteps = (int) Math.min(Integer.MAX_VALUE / 2, keep.toMillis() / stepMillis);
        this.budgetBytes = budgetBytes;
        this.limit = mostSteps;
    }

    public Duration step() {
        return Duration.ofMillis(stepMillis);
    }

    /** How many steps are kept with as many hosts and VMs as there are. */
    public int steps() {
        return limit;
    }

    /**
     * What a host used.
     *
     * @param cpu share of its CPUs
     * @param guestCpus of them, CPUs that its VMs used
     */
    void host(UUID id, long epochMillis, double cpu, double memoryBytes, double guestCpus, double guestMemoryBytes) {
        add(hosts, id, epochMillis, cpu, memoryBytes);
        add(guests, id, epochMillis, guestCpus, guestMemoryBytes);
    }

    void vm(UUID id, long epochMillis, double cpu, double memoryBytes) {
        add(vms, id, epochMillis, cpu, memoryBytes);
    }

    private void add(Map<UUID, LoadColumn> columns, UUID id, long epochMillis, double cpu, double memoryBytes) {
        long step = epochMillis / stepMillis;
        if (lastStep.getAndAccumulate(step, Math::max) < step) {
            tidyUp(step);
        }
        columns.computeIfAbsent(id, key -> new LoadColumn()).add(step, cpu, memoryBytes, limit);
    }

    /** Forgets what has not reported for as long as is kept, and reckons anew how much that may be. */
    private void tidyUp(long now) {
        for (Map<UUID, LoadColumn> columns : List.of(hosts, guests, vms)) {
            columns.values().removeIf(column -> column.lastStep() < now - limit);
        }
        long columns = Math.max(1, hosts.size() + guests.size() + vms.size());
        long affordable = (budgetBytes / columns - BYTES_A_COLUMN) / LoadColumn.BYTES_A_STEP;
        limit = (int) Math.clamp(affordable, Math.min(LEAST_STEPS, mostSteps), mostSteps);
    }

    /** When the first step of any of these hosts begins that has been recorded; empty if none has. */
    public Optional<Instant> since(Collection<Host> some) {
        OptionalLong first = some.stream()
                .map(host -> hosts.get(host.id()))
                .filter(column -> column != null && column.lastStep() > column.firstStep())
                .mapToLong(LoadColumn::firstStep)
                .min();
        return first.isEmpty() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first.getAsLong() * stepMillis));
    }

    /** When the last step that is complete ended. */
    public Instant until() {
        return Instant.ofEpochMilli(lastStep.get() * stepMillis);
    }

    /** The loads of so many steps from then on. */
    public LoadRecording recording(Collection<Host> someHosts, Collection<Vm> someVms, Instant from, int steps) {
        long first = from.toEpochMilli() / stepMillis;
        Map<UUID, Series> own = new HashMap<>();
        for (Host host : someHosts) {
            Series all = series(hosts.get(host.id()), first, steps);
            Series ofGuests = series(guests.get(host.id()), first, steps);
            int threads = Math.max(1, host.facts().cpuThreads());
            for (int i = 0; i < all.cpu().length; i++) {
                all.cpu()[i] -= ofGuests.cpu()[i] / threads;
                all.memoryBytes()[i] -= ofGuests.memoryBytes()[i];
            }
            own.put(host.id(), all);
        }
        Map<UUID, Series> ofVms = new HashMap<>();
        someVms.forEach(vm -> ofVms.put(vm.id(), series(vms.get(vm.id()), first, steps)));
        return new LoadRecording(Instant.ofEpochMilli(first * stepMillis), step(), steps, own, ofVms);
    }

    private static Series series(@Nullable LoadColumn column, long first, int steps) {
        if (column == null) {
            return new Series(new float[0], new float[0]);
        }
        Series series = new Series(new float[steps], new float[steps]);
        column.copy(first, series.cpu(), series.memoryBytes());
        return series;
    }
}
