package io.kvorum.core.balancing;

import io.kvorum.core.controller.CommandOutcome.MigrationDetail;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * How much of their memory VMs write, from their last migration: QEMU counts it from one pass over the memory to the next. Where one
 * pass was enough nobody counted, but what was left for the stop tells how much it was at most. Nothing is measured for its own sake:
 * tracking the writes of a guest that stays where it is would slow it down.
 */
final class DirtyRates {

    /** Guests change their ways. */
    private static final Duration KEPT = Duration.ofDays(7);

    private static final double MOST_BYTES_PER_SECOND = 1e12;

    private record Rate(double bytesPerSecond, long nanos) {}

    private final Map<UUID, Rate> rates = new HashMap<>();

    /** Takes what a host tells of a migration that has ended well; what cannot be true counts for nothing. */
    void migrated(UUID vmId, MigrationDetail told, long nowNanos) {
        double seconds = told.totalTime().toMillis() / 1000.0;
        if (!(seconds > 0) || told.transferredBytes() <= 0 || told.dirtiedBytesPerSecond() < 0) {
            return;
        }
        double sent = told.transferredBytes() / seconds;
        double dirtied = told.dirtiedBytesPerSecond() > 0
                ? told.dirtiedBytesPerSecond()
                : MigrationCost.STOP_SECONDS * sent / seconds;
        if (sent <= MOST_BYTES_PER_SECOND && dirtied <= MOST_BYTES_PER_SECOND) {
            rates.put(vmId, new Rate(dirtied, nowNanos));
        }
    }

    /** Bytes a second; NaN if it is not known, or was too long ago. */
    double of(UUID vmId, long nowNanos) {
        Rate rate = rates.get(vmId);
        return rate == null || nowNanos - rate.nanos() > KEPT.toNanos() ? Double.NaN : rate.bytesPerSecond();
    }

    void forget(Predicate<UUID> gone) {
        rates.keySet().removeIf(gone);
    }
}
