package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.proto.agent.v1.HostStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The host's own counters, from /proc and /sys. What the kernel does not have is 0, pressures are negative. */
final class HostReading {
    private long lastBusy;
    private long lastTotal;

    synchronized HostStatistics.Builder read() {
        HostStatistics.Builder host = HostStatistics.newBuilder().setMonotonicMs(System.nanoTime() / 1_000_000);
        cpu(host);
        memory(host);
        network(host);
        disks(host);
        List<String> load = lines("/proc/loadavg");
        if (!load.isEmpty()) {
            host.setLoad1M(Double.parseDouble(load.getFirst().split(" ")[0]));
        }
        return host.setCpuPressurePercent(pressure("cpu"))
                .setMemoryPressurePercent(pressure("memory"))
                .setIoPressurePercent(pressure("io"))
                .setKsmSharedBytes(number("/sys/kernel/mm/ksm/pages_sharing") * 4096);
    }

    private void cpu(HostStatistics.Builder host) {
        for (String line : lines("/proc/stat")) {
            if (line.startsWith("cpu ")) {
                String[] fields = line.trim().split("\\s+");
                long total = 0;
                // user to steal; guest time is part of user time.
                for (int i = 1; i < Math.min(fields.length, 9); i++) {
                    total += Long.parseLong(fields[i]);
                }
                long busy = total - Long.parseLong(fields[4]) - Long.parseLong(fields[5]);
                if (lastTotal > 0 && total > lastTotal) {
                    host.setCpuUsage(Math.clamp((double) (busy - lastBusy) / (total - lastTotal), 0.0, 1.0));
                }
                lastBusy = busy;
                lastTotal = total;
                return;
            }
        }
    }

    private static void memory(HostStatistics.Builder host) {
        Map<String, Long> values = new HashMap<>();
        for (String line : lines("/proc/meminfo")) {
            String[] fields = line.split(":?\\s+");
            if (fields.length >= 2) {
                values.put(fields[0], Long.parseLong(fields[1]) << 10);
            }
        }
        host.setMemoryTotalBytes(values.getOrDefault("MemTotal", 0L))
                .setMemoryAvailableBytes(values.getOrDefault("MemAvailable", 0L))
                .setSwapTotalBytes(values.getOrDefault("SwapTotal", 0L))
                .setSwapUsedBytes(values.getOrDefault("SwapTotal", 0L) - values.getOrDefault("SwapFree", 0L));
    }

    private static void network(HostStatistics.Builder host) {
        long received = 0;
        long sent = 0;
        for (String line : lines("/proc/net/dev")) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).trim();
            // Each packet once: neither loopback, nor guests' taps, nor bridges over counted devices.
            if (name.isEmpty() || name.equals("lo") || name.startsWith("vnet") || bridge(name)) {
                continue;
            }
            String[] fields = line.substring(colon + 1).trim().split("\\s+");
            received += Long.parseLong(fields[0]);
            sent += Long.parseLong(fields[8]);
        }
        host.setNetworkReceivedBytes(received).setNetworkSentBytes(sent);
    }

    private static boolean bridge(String name) {
        return Files.isDirectory(Path.of("/sys/class/net", name, "bridge"));
    }

    private static void disks(HostStatistics.Builder host) {
        long read = 0;
        long written = 0;
        for (String line : lines("/proc/diskstats")) {
            String[] fields = line.trim().split("\\s+");
            if (fields.length > 9 && Files.isDirectory(Path.of("/sys/block", fields[2], "device"))) {
                read += Long.parseLong(fields[5]) * 512;
                written += Long.parseLong(fields[9]) * 512;
            }
        }
        host.setDiskReadBytes(read).setDiskWrittenBytes(written);
    }

    /** The line is "some avg10=1.23 avg60=…". */
    private static double pressure(String resource) {
        for (String line : lines("/proc/pressure/" + resource)) {
            if (line.startsWith("some avg10=")) {
                return Double.parseDouble(line.substring(11, line.indexOf(' ', 11)));
            }
        }
        return -1;
    }

    static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static long number(String file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().strip());
    }
}
