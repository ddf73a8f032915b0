package io.kvorum.server.metrics;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.scheduling.Efficiency;
import io.kvorum.proto.agent.v1.HostStatistics;
import io.kvorum.proto.agent.v1.VmStatistics;
import io.kvorum.server.KvorumConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The last measurements of every host and VM, in memory: rates made of the counters that hosts report. What is negative
 * or absurd is not kept; the controller gets it as it was told, and says so.
 */
@ApplicationScoped
public class StatisticsStore {

    private static final int POINTS = 180;
    private static final int MAX_SERIES = 300_000;
    private static final double MAX_CPU = 1.2;

    /** What is kept of one host or VM. */
    private static final class Series {
        final SampleRing samples;
        private @Nullable Counters before;

        /** What the balloon leaves a VM, or merging saves a host; 0 where that is not known. */
        volatile long memoryBytes;

        Series(int metrics) {
            samples = new SampleRing(POINTS, metrics);
        }

        synchronized @Nullable Counters swap(Counters counters) {
            Counters old = before;
            before = counters;
            return old;
        }
    }

    private final Map<UUID, Series> series = new ConcurrentHashMap<>();
    private final long intervalSeconds;
    private final LoadHistory history;

    @Inject
    StatisticsStore(KvorumConfig config, LoadHistory history) {
        this(config.agents().statisticsInterval().toSeconds(), history);
    }

    StatisticsStore(long intervalSeconds, LoadHistory history) {
        this.intervalSeconds = intervalSeconds;
        this.history = history;
    }

    public long intervalSeconds() {
        return intervalSeconds;
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

    /** What its balloon leaves a VM of its memory; null where its host does not tell. */
    public @Nullable Long memoryGiven(UUID vmId) {
        return memory(vmId);
    }

    /** What merging equal pages saves a host; null where it does not tell, or nothing is merged. */
    public @Nullable Long memoryMerged(UUID hostId) {
        return memory(hostId);
    }

    private @Nullable Long memory(UUID id) {
        Series found = series.get(id);
        return found == null || found.memoryBytes <= 0 ? null : (Long) found.memoryBytes;
    }

    /** Takes a report and answers what the controller needs of it. */
    public HostLoad take(UUID hostId, HostStatistics report) {
        long now = System.currentTimeMillis();
        long used = Math.max(0, report.getMemoryTotalBytes() - report.getMemoryAvailableBytes());
        List<VmLoad> loads = new ArrayList<>(report.getVmsCount());
        double guestCpus = 0;
        double guestWait = 0;
        double guestMemory = 0;
        for (VmStatistics vm : report.getVmsList()) {
            Optional<VmLoad> taken = takeVm(hostId, now, report.getMonotonicMs(), vm);
            if (taken.isPresent()) {
                VmLoad load = taken.get();
                loads.add(load);
                guestCpus += load.cpuUsage() * vm.getVcpus();
                guestWait += load.cpuUsage() == 0 ? 0 : share(load.cpuWait()) * vm.getVcpus();
                guestMemory += load.memoryUsedBytes();
                history.vm(load.vmId(), now, load.cpuUsage(), load.memoryUsedBytes());
            }
        }
        HostSignals signals = takeHost(hostId, now, report, used, Efficiency.of(guestCpus, guestWait));
        if (plausible(report.getCpuUsage())) {
            history.host(hostId, now, Math.min(1, report.getCpuUsage()), used, guestCpus, guestMemory);
        }
        return new HostLoad(report.getCpuUsage(), used, loads, signals, swap(report));
    }

    /** Agents that do not tell how much there is tell nothing of it. */
    private static @Nullable SwapUse swap(HostStatistics report) {
        return report.getSwapTotalBytes() == 0
                ? null
                : new SwapUse(report.getSwapUsedBytes(), report.getSwapTotalBytes());
    }

    private HostSignals takeHost(UUID id, long now, HostStatistics report, long memory, double efficiency) {
        Counters counters = Counters.of(id.getLeastSignificantBits(), report);
        Series mine = seriesOf(id, Metric.OF_HOSTS);
        Counters before = mine == null ? null : mine.swap(counters);
        boolean rates = before != null && counters.follows(before);
        HostSignals told = new HostSignals(
                report.hasCpuPressureMinutePercent() ? report.getCpuPressureMinutePercent() / 100 : Double.NaN,
                report.hasMemoryPressureMinutePercent() ? report.getMemoryPressureMinutePercent() / 100 : Double.NaN,
                report.hasIoPressureMinutePercent() ? report.getIoPressureMinutePercent() / 100 : Double.NaN,
                before != null && rates ? counters.diskSince(before) : Double.NaN,
                before != null && rates ? counters.networkSince(before) : Double.NaN,
                report.hasNetworkLinkBytesPerSecond() ? report.getNetworkLinkBytesPerSecond() : Double.NaN);
        if (mine != null && before != null && rates && plausible(report.getCpuUsage())) {
            float[] values = values(Metric.OF_HOSTS, counters, before, report.getCpuUsage(), memory);
            values[Metric.EFFICIENCY.ordinal()] = (float) efficiency;
            values[Metric.CPU_PRESSURE.ordinal()] = share(told.cpuPressure());
            values[Metric.MEMORY_PRESSURE.ordinal()] = share(told.memoryPressure());
            values[Metric.IO_PRESSURE.ordinal()] = share(told.ioPressure());
            mine.samples.add(new Sample(now, values));
            mine.memoryBytes = report.getKsmSharedBytes();
        }
        return told;
    }

    private Optional<VmLoad> takeVm(UUID hostId, long now, long monotonicMillis, VmStatistics vm) {
        UUID id;
        try {
            id = UUID.fromString(vm.getVmId());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        Counters counters = Counters.of(hostId.getLeastSignificantBits(), monotonicMillis, vm);
        Series mine = seriesOf(id, Metric.OF_VMS);
        Counters before = mine == null ? null : mine.swap(counters);
        if (mine == null || before == null || !counters.follows(before) || vm.getVcpus() <= 0) {
            return Optional.empty();
        }
        double cpu = counters.cpuSince(before, vm.getVcpus());
        if (!plausible(cpu)) {
            return Optional.empty();
        }
        long memory = vm.getMemoryUsedBytes() > 0 ? vm.getMemoryUsedBytes() : vm.getResidentBytes();
        double wait = counters.waitSince(before, vm.getVcpus());
        float[] values = values(Metric.OF_VMS, counters, before, cpu, memory);
        values[Metric.EFFICIENCY.ordinal()] = (float) Efficiency.of(Math.min(1, cpu), share(wait));
        mine.samples.add(new Sample(now, values));
        mine.memoryBytes = vm.getBalloonBytes();
        return Optional.of(new VmLoad(
                id, Math.min(1, cpu), memory, wait, counters.diskSince(before), counters.networkSince(before)));
    }

    private static float[] values(int width, Counters counters, Counters before, double cpu, long memory) {
        float[] values = new float[width];
        values[Metric.CPU.ordinal()] = (float) Math.min(1, cpu);
        values[Metric.MEMORY.ordinal()] = memory;
        values[Metric.DISK_READ.ordinal()] = rate(counters.readSince(before));
        values[Metric.DISK_WRITE.ordinal()] = rate(counters.writtenSince(before));
        values[Metric.NETWORK_RECEIVED.ordinal()] = rate(counters.receivedSince(before));
        values[Metric.NETWORK_SENT.ordinal()] = rate(counters.sentSince(before));
        values[Metric.DISK_READ_REQUESTS.ordinal()] = rate(counters.readRequestsSince(before));
        values[Metric.DISK_WRITE_REQUESTS.ordinal()] = rate(counters.writeRequestsSince(before));
        return values;
    }

    private static boolean plausible(double cpu) {
        return cpu >= 0 && cpu <= MAX_CPU;
    }

    private static float rate(double told) {
        return told >= 0 ? (float) told : Float.NaN;
    }

    private static float share(double told) {
        return told >= 0 && told <= MAX_CPU ? (float) Math.min(1, told) : Float.NaN;
    }

    private @Nullable Series seriesOf(UUID id, int metrics) {
        Series found = series.get(id);
        if (found == null && series.size() < MAX_SERIES) {
            return series.computeIfAbsent(id, key -> new Series(metrics));
        }
        return found;
    }
}
