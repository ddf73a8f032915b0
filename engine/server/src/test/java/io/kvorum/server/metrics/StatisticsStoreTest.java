package io.kvorum.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.proto.agent.v1.HostStatistics;
import io.kvorum.proto.agent.v1.VmStatistics;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of the counters that hosts report: rates, and nothing where none can be made. */
class StatisticsStoreTest {

    private static final UUID HOST = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);
    private static final UUID VM = new UUID(0, 3);
    private static final long SECOND = 1_000_000_000;

    private final StatisticsStore store =
            new StatisticsStore(15, new LoadHistory(Duration.ofMinutes(5), Duration.ofDays(1), 10_000_000));

    private static HostStatistics.Builder host(long millis) {
        return HostStatistics.newBuilder()
                .setMonotonicMs(millis)
                .setCpuUsage(0.5)
                .setMemoryTotalBytes(1L << 36)
                .setMemoryAvailableBytes(1L << 35);
    }

    private static VmStatistics.Builder vm(long cpuNanos, long waitNanos) {
        return VmStatistics.newBuilder()
                .setVmId(VM.toString())
                .setVcpus(2)
                .setCpuTimeNs(cpuNanos)
                .setStealTimeNs(waitNanos);
    }

    @Test
    void twoReportsMakeRates() {
        store.take(
                HOST,
                host(0).setDiskReadBytes(1000)
                        .setNetworkReceivedBytes(5000)
                        .setNetworkSentBytes(0)
                        .addVms(vm(0, SECOND).setDiskWriteRequests(100))
                        .build());
        HostLoad load = store.take(
                HOST,
                host(10_000)
                        .setKsmSharedBytes(1 << 20)
                        .setDiskReadBytes(21_000)
                        .setDiskWrittenBytes(10_000)
                        .setNetworkReceivedBytes(5000)
                        .setNetworkSentBytes(70_000)
                        .setCpuPressureMinutePercent(42)
                        .setNetworkLinkBytesPerSecond(125_000_000)
                        .addVms(vm(10 * SECOND, 6 * SECOND)
                                .setBalloonBytes(1L << 30)
                                .setDiskReadBytes(1000)
                                .setNetworkReceivedBytes(300)
                                .setDiskWriteRequests(300))
                        .build());

        HostSignals signals = load.signals();
        assertEquals(3000, signals.diskBytesPerSecond(), "read and written");
        assertEquals(7000, signals.networkBytesPerSecond(), "the busier direction");
        assertEquals(125e6, signals.networkLinkBytesPerSecond());
        assertEquals(0.42, signals.cpuPressure(), 1e-9);
        assertTrue(Double.isNaN(signals.ioPressure()), "not told");
        VmLoad vm = load.vms().getFirst();
        assertEquals(0.5, vm.cpuUsage(), 1e-9);
        assertEquals(0.25, vm.cpuWait(), 1e-9);
        assertEquals(100, vm.diskBytesPerSecond());
        assertEquals(30, vm.networkBytesPerSecond());
        assertEquals(1L << 30, store.memoryGiven(VM));
        assertEquals(1L << 20, store.memoryMerged(HOST));
        assertNull(store.memoryMerged(OTHER));
        Sample sample = store.last(VM).orElseThrow();
        assertEquals(2 / 3.0, sample.of(Metric.EFFICIENCY), 1e-3);
        assertEquals(20, sample.of(Metric.DISK_WRITE_REQUESTS), 0.1);
        assertEquals(2 / 3.0, store.last(HOST).orElseThrow().of(Metric.EFFICIENCY), 1e-3);
        assertEquals(0.42, store.last(HOST).orElseThrow().of(Metric.CPU_PRESSURE), 1e-3);
    }

    @Test
    void countersOfTwoHostsMakeNoRate() {
        store.take(HOST, host(100_000).addVms(vm(900 * SECOND, SECOND)).build());
        HostLoad first =
                store.take(OTHER, host(50_000).addVms(vm(889 * SECOND, SECOND)).build());
        assertEquals(List.of(), first.vms(), "both clocks and both counters went back: that is no load of 11 %");

        HostLoad second = store.take(
                OTHER, host(60_000).addVms(vm(893 * SECOND, 2 * SECOND)).build());
        assertEquals(0.2, second.vms().getFirst().cpuUsage(), 1e-9);
    }

    @Test
    void whatBeginsAnewIsNotKnownAndWhatCannotBeIsPassedOnAsItWasTold() {
        store.take(
                HOST,
                host(0).setDiskReadBytes(1 << 30)
                        .setNetworkSentBytes(1000)
                        .addVms(vm(0, 5 * SECOND))
                        .build());
        HostLoad load = store.take(
                HOST,
                host(10_000)
                        .setDiskReadBytes(5)
                        .setNetworkSentBytes(-7000)
                        .setIoPressureMinutePercent(-3)
                        .addVms(vm(SECOND, 0))
                        .build());

        assertTrue(Double.isNaN(load.signals().diskBytesPerSecond()), "the counter began anew");
        assertTrue(load.signals().networkBytesPerSecond() < 0);
        assertTrue(load.signals().ioPressure() < 0);
        assertTrue(Double.isNaN(load.vms().getFirst().cpuWait()), "it does not tell");
        Sample kept = store.last(HOST).orElseThrow();
        assertTrue(Float.isNaN(kept.of(Metric.DISK_READ)));
        assertTrue(Float.isNaN(kept.of(Metric.NETWORK_SENT)));
        assertTrue(Float.isNaN(kept.of(Metric.IO_PRESSURE)));
    }

    @Test
    void aReportThatComesTwiceCountsOnce() {
        store.take(HOST, host(0).addVms(vm(0, 1)).build());
        store.take(HOST, host(10_000).addVms(vm(SECOND, 2)).build());
        HostLoad again = store.take(HOST, host(10_000).addVms(vm(SECOND, 2)).build());

        assertEquals(List.of(), again.vms());
        assertEquals(1, store.samples(VM).size());
        assertEquals(1, store.samples(HOST).size());
    }
}
