package io.kvorum.agent.simulated;

import java.nio.file.Path;

/**
 * What a fleet is made of.
 *
 * @param hosts 1 to 100,000
 * @param stateDir where identities are kept between runs
 * @param address where all hosts listen
 * @param port shared by all; 0 for a free one
 * @param cpus of each host
 * @param memoryBytes of each host
 * @param timeScale how many times faster than real boots, shutdowns and migrations go
 */
public record FleetPlan(
        int hosts, Path stateDir, String address, int port, int cpus, long memoryBytes, double timeScale) {

    public FleetPlan {
        if (hosts < 1 || hosts > 100_000) {
            throw new IllegalArgumentException("A fleet has 1 to 100000 hosts, not " + hosts);
        }
        if (!(timeScale > 0)) {
            throw new IllegalArgumentException("The time scale must be over 0, not " + timeScale);
        }
    }

    /** Hosts of 32 CPUs and 128 GiB on 127.0.0.1 and a free port, at the pace of real ones. */
    public static FleetPlan of(int hosts, Path stateDir) {
        return new FleetPlan(hosts, stateDir, "127.0.0.1", 0, 32, 128L << 30, 1);
    }

    public FleetPlan withAddress(String newAddress, int newPort) {
        return new FleetPlan(hosts, stateDir, newAddress, newPort, cpus, memoryBytes, timeScale);
    }

    public FleetPlan withCapacity(int newCpus, long newMemoryBytes) {
        return new FleetPlan(hosts, stateDir, address, port, newCpus, newMemoryBytes, timeScale);
    }

    public FleetPlan withTimeScale(double newTimeScale) {
        return new FleetPlan(hosts, stateDir, address, port, cpus, memoryBytes, newTimeScale);
    }
}
