package io.kvorum.core.operations;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far the step is that runs.
 *
 * @param percent 0 to 100
 * @param migration what a live migration is doing, null for everything else
 */
public record Progress(int percent, @Nullable Migrating migration) {

    public Progress {
        percent = Math.clamp(percent, 0, 100);
    }

    public static Progress of(int percent) {
        return new Progress(percent, null);
    }

    /** The same, but no less far than it was told to be before. */
    Progress after(@Nullable Progress before) {
        return before == null ? this : new Progress(Math.max(before.percent, percent), migration);
    }

    /**
     * A live migration that copies memory, as its hypervisor tells.
     *
     * @param pass over the memory, counted from 1; 0 where nobody can say
     * @param allowedDowntime how long the guest may stand still in the end, by now
     * @param postCopy whether it runs at its target already
     */
    public record Migrating(
            long copiedBytes,
            long remainingBytes,
            long bytesPerSecond,
            long dirtiedBytesPerSecond,
            long pass,
            Duration allowedDowntime,
            boolean postCopy) {}
}
