package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.balloon.BalloonPolicy.HostMemory;
import io.kvorum.proto.agent.v1.HostStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The host's own counters, from /proc and /sys. What the kernel does not have is 0, pressures are negative. */
final class HostReading {
    private static final int SECTOR_BYTES = 512;

    private final Path root;
    private final NetworkReading network;
    private long lastBusy;
    private long lastTotal;

    /** @param root above /proc and /sys */
    HostReading(Path root) {
        this.root = root;
        this.network = new NetworkReading(root);
    }

    synchronized HostStatistics.Builder read() {
        HostStatistics.Builder host = HostStatistics.newBuilder().setMonotonicMs(System.nanoTime() / 1_000_000);
        cpu(host);
        memory(host);
        network.read(host);
        disks(host);
        List<String> load = lines("proc/loadavg");
        if (!load.isEmpty()) {
            host.setLoad1M(Double.parseDouble(load.getFirst().split(" ")[0]));
        }
        pressure("cpu", "avg60").ifPresent(host::setCpuPressureMinutePercent);
        pressure("memory", "avg60").ifPresent(host::setMemoryPressureMinutePercent);
        pressure("io", "avg60").ifPresent(host::setIoPressureMinutePercent);
        return host.setCpuPressurePercent(pressure("cpu", "avg10").orElse(-1))
                .setMemoryPressurePercent(pressure("memory", "avg10").orElse(-1))
                .setIoPressurePercent(pressure("io", "avg10").orElse(-1))
                .setKsmSharedBytes(number("sys/kernel/mm/ksm/pages_sharing") * 4096);
    }

    private void cpu(HostStatistics.Builder host) {
        for (String line : lines("proc/stat")) {
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

    /** What the machine has of memory, and what of it could be had. */
    HostMemory memory() {
        Map<String, Long> values = memoryInfo();
        return new HostMemory(values.getOrDefault("MemTotal", 0L), values.getOrDefault("MemAvailable", 0L));
    }

    private Map<String, Long> memoryInfo() {
        Map<String, Long> values = new HashMap<>();
        for (String line : lines("proc/meminfo")) {
            String[] fields = line.split(":?\\s+");
            if (fields.length >= 2) {
                values.put(fields[0], Long.parseLong(fields[1]) << 10);
            }
        }
        return values;
    }

    private void memory(HostStatistics.Builder host) {
        Map<String, Long> values = memoryInfo();
        host.setMemoryTotalBytes(values.getOrDefault("MemTotal", 0L))
                .setMemoryAvailableBytes(values.getOrDefault("MemAvailable", 0L))
                .setSwapTotalBytes(values.getOrDefault("SwapTotal", 0L))
                .setSwapUsedBytes(values.getOrDefault("SwapTotal", 0L) - values.getOrDefault("SwapFree", 0L));
    }

    private void disks(HostStatistics.Builder host) {
        long readRequests = 0;
        long readSectors = 0;
        long writeRequests = 0;
        long writtenSectors = 0;
        for (String line : lines("proc/diskstats")) {
            String[] fields = line.trim().split("\\s+");
            // Those of hardware: what lies over them (partitions, LVM, multipath) would count twice.
            if (fields.length > 9
                    && Files.isDirectory(
                            root.resolve("sys/block").resolve(fields[2]).resolve("device"))) {
                readRequests += Long.parseLong(fields[3]);
                readSectors += Long.parseLong(fields[5]);
                writeRequests += Long.parseLong(fields[7]);
                writtenSectors += Long.parseLong(fields[9]);
            }
        }
        host.setDiskReadBytes(readSectors * SECTOR_BYTES)
                .setDiskWrittenBytes(writtenSectors * SECTOR_BYTES)
                .setDiskReadRequests(readRequests)
                .setDiskWriteRequests(writeRequests);
    }

    /** The line is "some avg10=1.23 avg60=1.02 avg300=…". */
    private OptionalDouble pressure(String resource, String mean) {
        for (String line : lines("proc/pressure/" + resource)) {
            if (line.startsWith("some ")) {
                for (String field : line.split(" ")) {
                    if (field.startsWith(mean + "=")) {
                        return OptionalDouble.of(Double.parseDouble(field.substring(mean.length() + 1)));
                    }
                }
            }
        }
        return OptionalDouble.empty();
    }

    private List<String> lines(String file) {
        return lines(root.resolve(file));
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private long number(String file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().strip());
    }
}
