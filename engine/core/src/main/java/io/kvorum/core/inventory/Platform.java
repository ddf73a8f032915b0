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
 * @param cpuModel the CPU model that it was started with, or {@link #UNNAMED_CPU}; null where nobody noted it
 */
public record Platform(
        @Nullable String machine, long tscHertz, @Nullable String cpuModel) {

    /** No model that a host could be asked for: the CPU of the host that the guest was started on, or what its emulator has. */
    public static final String UNNAMED_CPU = "";

    /** The host's newest machine, a counter that may change, and some CPU. */
    public static final Platform UNKNOWN = new Platform(null, 0, null);

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
                machine == null ? wanted : machine,
                hardware.tuning().invariantTsc() && tsc != null ? tsc.hertz() : 0,
                cpuGiven(hardware, cluster));
    }

    /** The CPU model that such a guest is started with in that cluster, or {@link #UNNAMED_CPU}. */
    public static String cpuGiven(Hardware hardware, Cluster cluster) {
        String model = cluster.cpuModel();
        return model != null && hardware.cpuMode().takesModel() ? model : UNNAMED_CPU;
    }

    /** The same with that CPU, where nobody noted which it is. */
    public Platform knowing(String model) {
        return cpuModel != null ? this : new Platform(machine, tscHertz, model);
    }

    /** Whether a guest with this frequency, if it keeps one, goes on counting at it there. */
    public boolean keepsTime(@Nullable Tsc there) {
        return tscHertz == 0
                || there != null
                        && (there.scaling()
                                || Math.abs(there.hertz() - tscHertz) <= tscHertz / 1_000_000 * TOLERANCE_PPM);
    }
}
