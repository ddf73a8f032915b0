package io.kvorum.core.controller;

import java.time.Duration;

/**
 * The delays and limits the controller works with.
 *
 * @param heartbeatTimeout silence after which a host is in doubt
 * @param fencingDelay how much longer it stays in doubt before it is fenced
 * @param commandLimit of commands that should end at once
 * @param startLimit of starting a VM
 * @param shutdownLimit for a guest to shut down
 * @param migrationLimit of a migration
 * @param diskLimit of making or copying a disk
 * @param uploadLimit of an upload
 * @param parallelMigrations of one drain
 * @param powerOffRest between off and on of a power cycle: supplies want some seconds to discharge, and the VMs that fell
 *     with a fenced host are restarted in peace meanwhile
 * @param restartBackoffMax longest wait between two attempts to restart an HA VM
 */
public record Settings(
        Duration heartbeatTimeout,
        Duration fencingDelay,
        Duration commandLimit,
        Duration startLimit,
        Duration shutdownLimit,
        Duration migrationLimit,
        Duration diskLimit,
        Duration uploadLimit,
        int parallelMigrations,
        Duration powerOffRest,
        Duration restartBackoffMax) {

    public static final Settings DEFAULT = new Settings(
            Duration.ofMillis(4000),
            Duration.ZERO,
            Duration.ofSeconds(60),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(6),
            2,
            Duration.ofSeconds(10),
            Duration.ofMinutes(5));

    /** The same with other limits to the silence of hosts. */
    public Settings withLiveness(Duration newHeartbeatTimeout, Duration newFencingDelay) {
        return new Settings(
                newHeartbeatTimeout,
                newFencingDelay,
                commandLimit,
                startLimit,
                shutdownLimit,
                migrationLimit,
                diskLimit,
                uploadLimit,
                parallelMigrations,
                powerOffRest,
                restartBackoffMax);
    }
}
