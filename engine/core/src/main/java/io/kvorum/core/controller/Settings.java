package io.kvorum.core.controller;

import java.time.Duration;

/**
 * The delays and limits the controller works with.
 *
 * @param heartbeatInterval between two heartbeats of a host
 * @param heartbeatTimeout silence after which a host is in doubt
 * @param fencingDelay how much longer it stays in doubt before it is fenced
 * @param commandLimit of commands that should end at once
 * @param startLimit of starting a VM
 * @param shutdownLimit for a guest to shut down
 * @param migrationLimit of a migration
 * @param diskLimit of making or copying a disk
 * @param uploadLimit of an upload
 * @param powerOffRest between off and on of a power cycle: supplies want some seconds to discharge, and the VMs that fell
 *     with a fenced host are restarted in peace meanwhile
 * @param restartBackoffMax longest wait between two attempts to restart an HA VM
 */
public record Settings(
        Duration heartbeatInterval,
        Duration heartbeatTimeout,
        Duration fencingDelay,
        Duration commandLimit,
        Duration startLimit,
        Duration shutdownLimit,
        Duration migrationLimit,
        Duration diskLimit,
        Duration uploadLimit,
        Duration powerOffRest,
        Duration restartBackoffMax) {

    public static final Settings DEFAULT = new Settings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(4),
            Duration.ZERO,
            Duration.ofSeconds(60),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(6),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5));

    public Settings {
        if (heartbeatTimeout.compareTo(heartbeatInterval.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("The heartbeat timeout is " + heartbeatTimeout.toMillis()
                    + " ms. It must be at least twice the heartbeat interval, which is " + heartbeatInterval.toMillis()
                    + " ms: one heartbeat that is late is no reason to doubt a host.");
        }
    }

    /** Silence from which on others are asked for a host: half of what it is given, but more than a heartbeat that is late. */
    public Duration suspicion() {
        Duration half = heartbeatTimeout.dividedBy(2);
        Duration late = heartbeatInterval.multipliedBy(3).dividedBy(2);
        return half.compareTo(late) > 0 ? half : late;
    }

    /** The same with other limits to the silence of hosts. */
    public Settings withLiveness(
            Duration newHeartbeatInterval, Duration newHeartbeatTimeout, Duration newFencingDelay) {
        return new Settings(
                newHeartbeatInterval,
                newHeartbeatTimeout,
                newFencingDelay,
                commandLimit,
                startLimit,
                shutdownLimit,
                migrationLimit,
                diskLimit,
                uploadLimit,
                powerOffRest,
                restartBackoffMax);
    }
}
