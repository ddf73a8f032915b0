package io.kvorum.core.balancing;

import java.time.Duration;
import java.util.Locale;

/**
 * What a live migration takes: its memory is copied, what the guest writes meanwhile is copied again, and in the end the
 * guest stands still for the rest.
 *
 * @param bytes over the network
 * @param time until it has moved
 * @param downtime of it in which the guest stands still
 */
public record MigrationCost(long bytes, Duration time, Duration downtime) {

    /** What a busy CPU of a guest is supposed to write, where nobody has measured it. */
    private static final double DIRTIED_BYTES_PER_CPU_SECOND = 32e6;

    /** A guest that writes faster than this share of the network is slowed down by QEMU until it fits. */
    private static final double DIRTIED_AT_MOST = 0.8;

    /** What QEMU may leave for the stop: its default limit is 300 ms. */
    static final double STOP_SECONDS = 0.3;

    private static final long MILLIS_TO_SWITCH = 50;

    /**
     * Of a guest with that memory in use.
     *
     * @param busyCpus CPUs that the guest keeps busy
     * @param bytesPerSecond that one migration gets of the network
     */
    public static MigrationCost of(double memoryBytes, double busyCpus, double bytesPerSecond) {
        return dirtying(memoryBytes, busyCpus * DIRTIED_BYTES_PER_CPU_SECOND, bytesPerSecond);
    }

    /** Of a guest of which it is known what it writes, or not. */
    static MigrationCost of(LoadModel.VmLoad guest, double bytesPerSecond) {
        return Double.isNaN(guest.dirtied())
                ? of(guest.memory(), guest.cpu(), bytesPerSecond)
                : dirtying(guest.memory(), guest.dirtied(), bytesPerSecond);
    }

    private static MigrationCost dirtying(double memoryBytes, double bytes, double bytesPerSecond) {
        double dirtied = Math.min(bytes, DIRTIED_AT_MOST * bytesPerSecond);
        double seconds = memoryBytes / (bytesPerSecond - dirtied);
        double stop = Math.min(STOP_SECONDS, seconds * dirtied / bytesPerSecond);
        return new MigrationCost(
                Math.round(seconds * bytesPerSecond),
                Duration.ofMillis(Math.round(seconds * 1000) + MILLIS_TO_SWITCH),
                Duration.ofMillis(Math.round(stop * 1000) + MILLIS_TO_SWITCH));
    }

    /** As a gain must outweigh it: seconds in which two hosts and a network work for the move. */
    double seconds() {
        return time.toMillis() / 1000.0;
    }

    /** Such as "3.1 GB, 11 s, stands still for 80 ms". */
    public String words() {
        return String.format(
                Locale.ROOT,
                "%.1f GB, %d s, stands still for %d ms",
                bytes / 1e9,
                Math.max(1, Math.round(seconds())),
                downtime.toMillis());
    }
}
