package io.kvorum.core.inventory;

import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.Tsc;
import org.jspecify.annotations.Nullable;

/**
 * What a guest was started on and keeps wherever it migrates, and over a suspension.
 *
 * @param machine the machine type that its emulator was started with, by its full name such as "pc-q35-7.2"; null where its
 *     host did not tell
 * @param tscHertz the frequency that its time stamp counter keeps; 0 for one that may change
 */
public record Platform(@Nullable String machine, long tscHertz) {

    /** The host's newest machine, and a counter that may change. */
    public static final Platform UNKNOWN = new Platform(null, 0);

    /** The machine type of guests for which nobody asks for another. */
    public static final String DEFAULT_MACHINE = "q35";

    /** What KVM takes for the same frequency, in parts per million. */
    private static final long TOLERANCE_PPM = 250;

    /** The machine type that its owner or its cluster asks for; null where neither does. */
    public static @Nullable String wanted(Hardware hardware, Cluster cluster) {
        return hardware.emulatedMachine() != null ? hardware.emulatedMachine() : cluster.emulatedMachine();
    }

    /** What a VM gets that is started afresh on such a host. */
    public static Platform on(HostFacts host, Hardware hardware, Cluster cluster) {
        String wanted = wanted(hardware, cluster);
        String machine = host.machineNamed(wanted == null ? DEFAULT_MACHINE : wanted);
        Tsc tsc = host.tsc();
        return new Platform(
                machine == null ? wanted : machine, hardware.tuning().invariantTsc() && tsc != null ? tsc.hertz() : 0);
    }

    /** Whether a guest with this frequency, if it keeps one, goes on counting at it there. */
    public boolean keepsTime(@Nullable Tsc there) {
        return tscHertz == 0
                || there != null
                        && (there.scaling()
                                || Math.abs(there.hertz() - tscHertz) <= tscHertz / 1_000_000 * TOLERANCE_PPM);
    }
}
