package io.kvorum.server.metrics;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.proto.agent.v1.HostStatistics;
import io.kvorum.proto.agent.v1.VmStatistics;
import io.kvorum.server.KvorumConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The last measurements of every host and VM, in memory: rates made of the counters that hosts report. What is negative
 * or absurd is left out.
 */
@ApplicationScoped
public class StatisticsStore {

    private static final int POINTS = 180;
    private static final int MAX_SERIES = 300_000;
    private static final double MAX_CPU = 1.2;

    /** One sample; rates in bytes a second, CPU as a share of all CPUs of the host or VM. */
    public record Sample(
            long epochMillis,
            float cpu,
            float memoryBytes,
            float diskRead,
            float diskWritten,
            float networkReceived,
            float networkSent) {}

    /** Counters of the report before. */
    private record Counters(
            long monotonicMillis, long cpuNanos, long diskRead, long diskWritten, long received, long sent) {}

    /** What is kept of one host or VM. */
    private static final class Series {
        final SampleRing samples = new SampleRing(POINTS);
        private @Nullable Counters before;

        synchronized @Nullable Counters swap(Counters counters) {
            Counters old = before;
            before = counters;
            return old;
        }
    }

    private final Map<UUID, Series> series = new ConcurrentHashMap<>();
    private final KvorumConfig config;
    private final LoadHistory history;

    StatisticsStore(KvorumConfig config, LoadHistory history) {
        this.config = config;
        this.history = history;
    }

    public long intervalSeconds() {
        return config.agents().statisticsInterval().toSeconds();
    }

    /** Oldest first. */
    public List<Sample> samples(UUID id) {
        Series found = series.get(id);
        return found == null ? List.of() : found.samples.inOrder();
    }

    public Optional<Sample> last(UUID id) {
        Series found = series.get(id);
        return found == null ? Optional.empty() : found.samples.last();
    }

    /** Takes a report and answers what the controller needs of it. */
    public HostLoad take(UUID hostId, HostStatistics report) {
        long now = System.currentTimeMillis();
        long used = Math.max(0, report.getMemoryTotalBytes() - report.getMemoryAvailableBytes());
        Counters counters = new Counters(
                report.getMonotonicMs(),
                0,
                report.getDiskReadBytes(),
                report.getDiskWrittenBytes(),
                report.getNetworkReceivedBytes(),
                report.getNetworkSentBytes());
        record(hostId, now, counters, report.getCpuUsage(), used);
        List<VmLoad> loads = new ArrayList<>();
        double guestCpus = 0;
        double guestMemory = 0;
        for (VmStatistics vm : report.getVmsList()) {
            Optional<VmLoad> load = takeVm(now, report.getMonotonicMs(), vm);
            if (load.isPresent()) {
                loads.add(load.get());
                guestCpus += load.get().cpuUsage() * vm.getVcpus();
                guestMemory += load.get().memoryUsedBytes();
                history.vm(
                        load.get().vmId(),
                        now,
                        load.get().cpuUsage(),
                        load.get().memoryUsedBytes());
            }
        }
        if (report.getCpuUsage() >= 0 && report.getCpuUsage() <= MAX_CPU) {
            history.host(hostId, now, Math.min(1, report.getCpuUsage()), used, guestCpus, guestMemory);
        }
        return new HostLoad(report.getCpuUsage(), used, loads, swap(report));
    }

    /** Agents that do not tell how much there is tell nothing of it. */
    private static @Nullable SwapUse swap(HostStatistics report) {
        return report.getSwapTotalBytes() == 0
                ? null
                : new SwapUse(report.getSwapUsedBytes(), report.getSwapTotalBytes());
    }

    private Optional<VmLoad> takeVm(long now, long monotonicMillis, VmStatistics vm) {
        UUID id;
        try {
            id = UUID.fromString(vm.getVmId());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        Counters counters = new Counters(
                monotonicMillis,
                vm.getCpuTimeNs(),
                vm.getDiskReadBytes(),
                vm.getDiskWrittenBytes(),
                vm.getNetworkReceivedBytes(),
                vm.getNetworkSentBytes());
        long memory = vm.getMemoryUsedBytes() > 0 ? vm.getMemoryUsedBytes() : vm.getResidentBytes();
        Series mine = seriesOf(id);
        Counters before = mine == null ? null : mine.before;
        double cpu = before == null || vm.getVcpus() <= 0
                ? -1
                : (double) (counters.cpuNanos - before.cpuNanos)
                        / ((counters.monotonicMillis - before.monotonicMillis) * 1e6 * vm.getVcpus());
        record(id, now, counters, cpu, memory);
        return cpu >= 0 && cpu <= MAX_CPU ? Optional.of(new VmLoad(id, Math.min(1, cpu), memory)) : Optional.empty();
    }

    private void record(UUID id, long now, Counters counters, double cpu, long memory) {
        Series mine = seriesOf(id);
        if (mine == null) {
            return;
        }
        Counters before = mine.swap(counters);
        if (before == null || counters.monotonicMillis <= before.monotonicMillis || !(cpu >= 0 && cpu <= MAX_CPU)) {
            return;
        }
        double seconds = (counters.monotonicMillis - before.monotonicMillis) / 1000.0;
        mine.samples.add(new Sample(
                now,
                (float) Math.min(1, cpu),
                memory,
                rate(before.diskRead, counters.diskRead, seconds),
                rate(before.diskWritten, counters.diskWritten, seconds),
                rate(before.received, counters.received, seconds),
                rate(before.sent, counters.sent, seconds)));
    }

    private static float rate(long before, long now, double seconds) {
        return now < before ? 0 : (float) ((now - before) / seconds);
    }

    private @Nullable Series seriesOf(UUID id) {
        Series found = series.get(id);
        if (found == null && series.size() < MAX_SERIES) {
            return series.computeIfAbsent(id, key -> new Series());
        }
        return found;
    }
}
