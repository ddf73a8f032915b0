package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.proto.agent.v1.VmStatistics;
import java.util.ArrayList;
import java.util.List;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/** The counters of all guests in one call of libvirt. */
final class GuestReading {
    /** VIR_DOMAIN_STATS_CPU_TOTAL, BALLOON, VCPU, INTERFACE and BLOCK. */
    private static final int WANTED = 2 | 4 | 8 | 16 | 32;

    private GuestReading() {}

    static List<VmStatistics> read(Connect connection) throws LibvirtException {
        List<VmStatistics> guests = new ArrayList<>();
        LibvirtExtra.allStats(connection, WANTED, (uuid, parameters) -> guests.add(guest(uuid, parameters)));
        return guests;
    }

    private static VmStatistics guest(String uuid, LibvirtExtra.Parameters parameters) {
        VmStatistics.Builder vm = VmStatistics.newBuilder().setVmId(uuid);
        long available = 0;
        long unused = 0;
        for (int i = 0; i < parameters.count(); i++) {
            String name = parameters.name(i);
            long value = parameters.number(i);
            switch (name) {
                case "cpu.time" -> vm.setCpuTimeNs(value);
                case "vcpu.current" -> vm.setVcpus((int) value);
                case "balloon.maximum" -> vm.setMemoryBytes(value << 10);
                case "balloon.current" -> vm.setBalloonBytes(value << 10);
                case "balloon.rss" -> vm.setResidentBytes(value << 10);
                case "balloon.available" -> available = value << 10;
                case "balloon.usable" -> unused = value << 10;
                default -> add(vm, name, value);
            }
        }
        return vm.setMemoryUsedBytes(Math.max(0, available - unused)).build();
    }

    /** Counters that come once a device: net.0.rx.bytes, block.1.wr.reqs, vcpu.0.delay. */
    private static void add(VmStatistics.Builder vm, String name, long value) {
        if (name.startsWith("net.")) {
            if (name.endsWith(".rx.bytes")) {
                vm.setNetworkReceivedBytes(vm.getNetworkReceivedBytes() + value);
            } else if (name.endsWith(".tx.bytes")) {
                vm.setNetworkSentBytes(vm.getNetworkSentBytes() + value);
            }
        } else if (name.startsWith("block.")) {
            if (name.endsWith(".rd.bytes")) {
                vm.setDiskReadBytes(vm.getDiskReadBytes() + value);
            } else if (name.endsWith(".wr.bytes")) {
                vm.setDiskWrittenBytes(vm.getDiskWrittenBytes() + value);
            } else if (name.endsWith(".rd.reqs")) {
                vm.setDiskReadRequests(vm.getDiskReadRequests() + value);
            } else if (name.endsWith(".wr.reqs")) {
                vm.setDiskWriteRequests(vm.getDiskWriteRequests() + value);
            }
        } else if (name.startsWith("vcpu.") && name.endsWith(".delay")) {
            vm.setStealTimeNs(vm.getStealTimeNs() + value);
        }
    }
}
