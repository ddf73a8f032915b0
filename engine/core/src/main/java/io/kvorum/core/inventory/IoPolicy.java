package io.kvorum.core.inventory;

/**
 * When a host's disks or network are over-utilized.
 *
 * @param diskHighPercent of {@code diskLimitBytesPerSecond}
 * @param networkHighPercent of what the host's links carry in one direction
 * @param diskLimitBytesPerSecond what the disks of each host carry, read and written; 0 if nobody knows: they do not count then
 */
public record IoPolicy(int diskHighPercent, int networkHighPercent, long diskLimitBytesPerSecond) {

    public static final IoPolicy DEFAULT = new IoPolicy(80, 80, 0);
}
