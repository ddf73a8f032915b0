package io.kvorum.core.scheduling;

import io.kvorum.core.controller.Now;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.Capacity.Measured;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the hosts of each cluster have and use together, and which hosts somebody should look at: added up over all of them in one
 * pass.
 *
 * @param clusters those that have hosts
 * @param complaints about hosts that are not well first, then by name; no more than {@link #SHOWN}
 * @param complainedOf how many hosts there are complaints about
 */
public record FleetOverview(Map<UUID, Capacity> clusters, List<Complaint> complaints, int complainedOf) {

    /** More than these are a matter of the fleet, not of hosts. */
    public static final int SHOWN = 50;

    /** A share of its CPUs or its memory above which a host is complained of. */
    private static final double BUSY = 0.9;

    /** Agents renew their certificates long before. */
    private static final Duration EXPIRES_SOON = Duration.ofDays(7);

    private static final Comparator<Complaint> WORST_FIRST = Comparator.comparing(
                    (Complaint complaint) -> !unwell(complaint.state()))
            .thenComparing(Complaint::hostName)
            .thenComparing(Complaint::words);

    public FleetOverview {
        clusters = Map.copyOf(clusters);
        complaints = List.copyOf(complaints);
    }

    /** What is wrong with a host, as a sentence says it. */
    public record Complaint(UUID hostId, String hostName, HostState state, String words) {}

    public static FleetOverview of(Inventory inventory, HostLoads loads, Now now) {
        Map<UUID, Capacity> clusters = new HashMap<>();
        List<Complaint> complaints = new ArrayList<>();
        int complainedOf = 0;
        for (Host host : inventory.hosts()) {
            boolean measured = host.state() == HostState.UP && loads.hostFresh(host.id(), now.monotonicNanos());
            clusters.merge(
                    host.spec().clusterId(),
                    capacity(host, inventory.vmCount(host.id()), loads, measured),
                    Capacity::plus);
            int before = complaints.size();
            complain(host, loads, measured, now.instant(), complaints);
            complainedOf += complaints.size() > before ? 1 : 0;
        }
        complaints.sort(WORST_FIRST);
        return new FleetOverview(clusters, complaints.subList(0, Math.min(SHOWN, complaints.size())), complainedOf);
    }

    /** Of all clusters. */
    public Capacity total() {
        return clusters.values().stream().reduce(Capacity.NOTHING, Capacity::plus);
    }

    private static Capacity capacity(Host host, int vms, HostLoads loads, boolean measured) {
        if (host.state() != HostState.UP) {
            return new Capacity(1, 0, vms, 0, 0, Capacity.NOTHING.measured());
        }
        int threads = host.facts().cpuThreads();
        long memory = host.facts().memoryBytes();
        return new Capacity(
                1,
                1,
                vms,
                threads,
                memory,
                measured
                        ? new Measured(
                                1,
                                threads,
                                loads.hostCpu(host.id()).orElse(0) * threads,
                                memory,
                                loads.hostMemoryBytes(host.id()))
                        : Capacity.NOTHING.measured());
    }

    private static void complain(
            Host host, HostLoads loads, boolean measured, Instant now, List<Complaint> complaints) {
        if (unwell(host.state()) && !sleepsWell(host)) {
            String reason = host.status().reason();
            complaints.add(complaint(host, reason == null ? "It is " + Words.of(host.state()) + "." : reason));
        }
        if (measured) {
            double cpu = loads.hostCpu(host.id()).orElse(0);
            if (cpu > BUSY) {
                complaints.add(complaint(host, "Its CPU is " + Words.percent(cpu) + " used."));
            }
            double memory =
                    loads.hostMemoryBytes(host.id()) / Math.max(1, host.facts().memoryBytes());
            if (memory > BUSY) {
                complaints.add(complaint(host, "Its memory is " + Words.percent(memory) + " used."));
            }
        }
        Instant expires = host.status().certificateExpiresAt();
        if (expires != null && expires.isBefore(now.plus(EXPIRES_SOON))) {
            complaints.add(complaint(host, "Its certificate expires soon: at " + expires + "."));
        }
    }

    private static Complaint complaint(Host host, String words) {
        return new Complaint(host.id(), host.name(), host.state(), words);
    }

    /** Whether power saving switched it off, and could switch it on again as far as is known. */
    private static boolean sleepsWell(Host host) {
        Host.Sleep sleep = host.status().sleep();
        return host.sleeps() && sleep != null && sleep.wakeFailedAt() == null;
    }

    private static boolean unwell(HostState state) {
        return switch (state) {
            case NON_OPERATIONAL, NON_RESPONSIVE, FENCING, DOWN -> true;
            case CONNECTING, UP, PREPARING_FOR_MAINTENANCE, MAINTENANCE -> false;
        };
    }
}
