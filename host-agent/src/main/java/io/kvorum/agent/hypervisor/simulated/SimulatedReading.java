package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.proto.agent.v1.HostStatistics;
import io.kvorum.proto.agent.v1.VmStatistics;
import java.util.Collection;

/** The counters of a simulated host at one moment. */
final class SimulatedReading {
    private static final double BYTES_PER_CPU_SECOND = 2e6;

    private SimulatedReading() {}

    static HostStatistics.Builder of(Collection<SimulatedVm> vms, SimulatedCapacity capacity, long now) {
        HostStatistics.Builder host =
                HostStatistics.newBuilder().setMonotonicMs(now / 1_000_000).setMemoryTotalBytes(capacity.memoryBytes());
        long used = SimulatedCapacity.RESERVED_BYTES;
        double cpu = 0;
        for (SimulatedVm vm : vms) {
            double seconds = vm.cpuSeconds(now);
            long traffic = (long) (seconds * BYTES_PER_CPU_SECOND);
            used += vm.memoryBytes;
            cpu += seconds;
            host.addVms(VmStatistics.newBuilder()
                    .setVmId(vm.id)
                    .setCpuTimeNs((long) (seconds * 1e9))
                    .setVcpus(vm.vcpus)
                    .setMemoryBytes(vm.memoryBytes)
                    .setBalloonBytes(vm.memoryBytes)
                    .setMemoryUsedBytes(vm.memoryBytes / 2)
                    .setResidentBytes(vm.memoryBytes)
                    .setDiskReadBytes(traffic)
                    .setDiskWrittenBytes(traffic / 2)
                    .setDiskReadRequests(traffic / 4096)
                    .setDiskWriteRequests(traffic / 8192)
                    .setNetworkReceivedBytes(traffic)
                    .setNetworkSentBytes(traffic));
        }
        long total = (long) (cpu * BYTES_PER_CPU_SECOND);
        return host.setMemoryAvailableBytes(Math.max(0, capacity.memoryBytes() - used))
                .setNetworkReceivedBytes(total)
                .setNetworkSentBytes(total)
                .setDiskReadBytes(total)
                .setDiskWrittenBytes(total / 2)
                .setDiskReadRequests(total / 4096)
                .setDiskWriteRequests(total / 8192)
                .setCpuPressurePercent(-1)
                .setMemoryPressurePercent(-1)
                .setIoPressurePercent(-1);
    }
}
