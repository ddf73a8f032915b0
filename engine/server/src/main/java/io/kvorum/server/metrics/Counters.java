package io.kvorum.server.metrics;

import io.kvorum.proto.agent.v1.HostStatistics;
import io.kvorum.proto.agent.v1.VmStatistics;

/**
 * What a host or VM had used in all when it was read; two of them make rates. All are untrusted.
 *
 * @param source who counted: counters of a VM begin anew on another host, and clocks differ
 */
record Counters(
        long source,
        long monotonicMillis,
        long cpuNanos,
        long waitNanos,
        long diskRead,
        long diskWritten,
        long diskReadRequests,
        long diskWriteRequests,
        long received,
        long sent) {

    static Counters of(long source, HostStatistics report) {
        return new Counters(
                source,
                report.getMonotonicMs(),
                0,
                0,
                report.getDiskReadBytes(),
                report.getDiskWrittenBytes(),
                report.getDiskReadRequests(),
                report.getDiskWriteRequests(),
                report.getNetworkReceivedBytes(),
                report.getNetworkSentBytes());
    }

    static Counters of(long source, long monotonicMillis, VmStatistics vm) {
        return new Counters(
                source,
                monotonicMillis,
                vm.getCpuTimeNs(),
                vm.getStealTimeNs(),
                vm.getDiskReadBytes(),
                vm.getDiskWrittenBytes(),
                vm.getDiskReadRequests(),
                vm.getDiskWriteRequests(),
                vm.getNetworkReceivedBytes(),
                vm.getNetworkSentBytes());
    }

    boolean follows(Counters before) {
        return source == before.source && monotonicMillis > before.monotonicMillis;
    }

    double secondsSince(Counters before) {
        return (monotonicMillis - before.monotonicMillis) / 1000.0;
    }

    /** Share of the vCPUs' time that they ran; what it is if a counter runs backwards, which nobody believes. */
    double cpuSince(Counters before, int vcpus) {
        return (cpuNanos - before.cpuNanos) / (secondsSince(before) * 1e9 * vcpus);
    }

    /** Share of the vCPUs' time that they waited; NaN where it is not counted, or was begun anew. */
    double waitSince(Counters before, int vcpus) {
        return waitNanos == 0 || (waitNanos > 0 && waitNanos < before.waitNanos)
                ? Double.NaN
                : (waitNanos - before.waitNanos) / (secondsSince(before) * 1e9 * vcpus);
    }

    /** Read and written, bytes a second; negative if one of them is, so that nothing hides it. */
    double diskSince(Counters before) {
        double read = readSince(before);
        double written = writtenSince(before);
        return read < 0 || written < 0 ? Math.min(read, written) : read + written;
    }

    /** Bytes a second in the busier direction; negative if one of them is. */
    double networkSince(Counters before) {
        double received = receivedSince(before);
        double sent = sentSince(before);
        return received < 0 || sent < 0 ? Math.min(received, sent) : Math.max(received, sent);
    }

    double readSince(Counters before) {
        return rate(before.diskRead, diskRead, before);
    }

    double writtenSince(Counters before) {
        return rate(before.diskWritten, diskWritten, before);
    }

    double readRequestsSince(Counters before) {
        return rate(before.diskReadRequests, diskReadRequests, before);
    }

    double writeRequestsSince(Counters before) {
        return rate(before.diskWriteRequests, diskWriteRequests, before);
    }

    double receivedSince(Counters before) {
        return rate(before.received, received, before);
    }

    double sentSince(Counters before) {
        return rate(before.sent, sent, before);
    }

    /** NaN where the counter begins anew, as it does when a device comes or goes; negative where it is itself, which cannot be. */
    private double rate(long then, long now, Counters before) {
        return now >= 0 && now < then ? Double.NaN : (now - Math.max(0, then)) / secondsSince(before);
    }
}
