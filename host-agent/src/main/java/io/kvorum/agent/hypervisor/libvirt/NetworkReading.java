package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.proto.agent.v1.HostStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What goes through the host's network cards, and what their links carry. Each packet counts once: of cards that are bonded, the
 * bond counts; VLANs, bridges and guests' taps lie over what is counted. A host that has no card to see, such as one in a network
 * namespace of a lab, is told by its other devices, which say nothing true of their speed.
 */
final class NetworkReading {
    private static final long BYTES_PER_MEGABIT = 125_000;

    private final Path devices;
    private final Path table;

    NetworkReading(Path root) {
        this.devices = root.resolve("sys/class/net");
        this.table = root.resolve("proc/net/dev");
    }

    private record Traffic(long received, long sent) {}

    void read(HostStatistics.Builder host) {
        Map<String, Traffic> all = traffic();
        boolean cards = all.keySet().stream().anyMatch(this::card);
        long received = 0;
        long sent = 0;
        for (Map.Entry<String, Traffic> device : all.entrySet()) {
            if (cards ? card(device.getKey()) : other(device.getKey())) {
                received += device.getValue().received();
                sent += device.getValue().sent();
            }
        }
        host.setNetworkReceivedBytes(received).setNetworkSentBytes(sent);
        if (cards) {
            link(all).ifPresent(host::setNetworkLinkBytesPerSecond);
        }
    }

    private Map<String, Traffic> traffic() {
        Map<String, Traffic> all = new LinkedHashMap<>();
        for (String line : HostReading.lines(table)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String[] fields = line.substring(colon + 1).trim().split("\\s+");
                all.put(
                        line.substring(0, colon).trim(),
                        new Traffic(Long.parseLong(fields[0]), Long.parseLong(fields[8])));
            }
        }
        return all;
    }

    private boolean card(String name) {
        Path device = devices.resolve(name);
        return Files.isDirectory(device.resolve("bonding"))
                || (Files.exists(device.resolve("device")) && !Files.exists(device.resolve("bonding_slave")));
    }

    private boolean other(String name) {
        return !name.equals("lo")
                && !name.startsWith("vnet")
                && !Files.isDirectory(devices.resolve(name).resolve("bridge"));
    }

    /** Of all cards that are up; empty if one of them does not know how fast it is. */
    private OptionalLong link(Map<String, Traffic> all) {
        long sum = 0;
        for (String name : all.keySet()) {
            if (card(name) && text(name, "operstate").equals("up")) {
                long megabits = megabits(name);
                if (megabits <= 0) {
                    return OptionalLong.empty();
                }
                sum += megabits * BYTES_PER_MEGABIT;
            }
        }
        return sum == 0 ? OptionalLong.empty() : OptionalLong.of(sum);
    }

    private long megabits(String name) {
        try {
            return Long.parseLong(text(name, "speed"));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private String text(String name, String file) {
        try {
            return Files.readString(devices.resolve(name).resolve(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
