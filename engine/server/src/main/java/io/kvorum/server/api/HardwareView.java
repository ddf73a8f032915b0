package io.kvorum.server.api;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Hardware.CpuMode;
import io.kvorum.core.inventory.Hardware.Firmware;
import io.kvorum.core.inventory.Hardware.Growth;
import io.kvorum.core.inventory.Tuning;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A guest's hardware as the API shows it. */
@Schema(name = "Hardware")
public record HardwareView(
        int sockets,
        int coresPerSocket,
        int threadsPerCore,
        long memoryBytes,
        long guaranteedMemoryBytes,
        @Schema(enumeration = {"bios", "uefi"}) String firmware,

        @Schema(enumeration = {"default", "custom", "host_model", "host_passthrough", "maximum"})
        String cpuMode,

        boolean tpm,
        boolean rng,
        boolean graphics,
        boolean guestAgent,

        @Schema(description = "NUMA nodes of the guest, each on one of the host's; 0 for a guest that floats.")
        int numaNodes,

        boolean dedicatedCpus,

        @Schema(description = "0, 2097152 or 1073741824.") long hugepageBytes,

        @Schema(description = "The machine type, such as q35 or pc-q35-7.2; null for the cluster's.") @Nullable
        String emulatedMachine,

        @Schema(description = "Whether the guest sees a time stamp counter whose frequency never changes.")
        boolean invariantTsc,

        @Schema(description = "How large it can become while it runs; null for no larger.") @Nullable
        GrowthView growth) {

    /** 0 for no more than it has. */
    @Schema(name = "Growth")
    public record GrowthView(int maxSockets, long maxMemoryBytes) {

        static @Nullable GrowthView of(@Nullable Growth growth) {
            return growth == null ? null : new GrowthView(growth.maxSockets(), growth.maxMemoryBytes());
        }
    }

    static HardwareView of(Hardware hardware) {
        return new HardwareView(
                hardware.sockets(),
                hardware.coresPerSocket(),
                hardware.threadsPerCore(),
                hardware.memoryBytes(),
                hardware.guaranteedMemoryBytes(),
                Words.of(hardware.firmware()),
                Words.of(hardware.cpuMode()),
                hardware.tpm(),
                hardware.rng(),
                hardware.graphics(),
                hardware.guestAgent(),
                hardware.tuning().numaNodes(),
                hardware.tuning().dedicatedCpus(),
                hardware.tuning().hugepageBytes(),
                hardware.emulatedMachine(),
                hardware.tuning().invariantTsc(),
                GrowthView.of(hardware.growth()));
    }

    /** What may be given; what is left out stays, or takes its default. */
    @Schema(name = "HardwareChange")
    public record HardwareChange(
            @Nullable Integer sockets,
            @Nullable Integer coresPerSocket,
            @Nullable Integer threadsPerCore,
            @Nullable Long memoryBytes,
            @Nullable Long guaranteedMemoryBytes,
            @Nullable String firmware,
            @Nullable String cpuMode,
            @Nullable Boolean tpm,
            @Nullable Boolean rng,
            @Nullable Boolean graphics,
            @Nullable Boolean guestAgent,
            @Nullable Integer numaNodes,
            @Nullable Boolean dedicatedCpus,
            @Nullable Long hugepageBytes,

            @Schema(description = "Such as q35 or pc-q35-7.2; empty for the cluster's.") @Nullable
            String emulatedMachine,

            @Nullable Boolean invariantTsc,

            @Schema(description = "How large it can become while it runs; 0 and 0 for no larger.") @Nullable
            GrowthChange growth) {

        static final Hardware DEFAULT = Hardware.ordinary(1, 1L << 30);

        Hardware applyTo(Hardware before) {
            long memory = memoryBytes == null ? before.memoryBytes() : memoryBytes;
            boolean followsMemory = guaranteedMemoryBytes == null
                    && (before.guaranteedMemoryBytes() == before.memoryBytes()
                            || before.guaranteedMemoryBytes() > memory);
            return new Hardware(
                    sockets == null ? before.sockets() : sockets,
                    coresPerSocket == null ? before.coresPerSocket() : coresPerSocket,
                    threadsPerCore == null ? before.threadsPerCore() : threadsPerCore,
                    memory,
                    followsMemory
                            ? memory
                            : guaranteedMemoryBytes == null ? before.guaranteedMemoryBytes() : guaranteedMemoryBytes,
                    Words.read("hardware.firmware", firmware, Firmware.class, before.firmware()),
                    Words.read("hardware.cpuMode", cpuMode, CpuMode.class, before.cpuMode()),
                    tpm == null ? before.tpm() : tpm,
                    rng == null ? before.rng() : rng,
                    graphics == null ? before.graphics() : graphics,
                    guestAgent == null ? before.guestAgent() : guestAgent,
                    tuning(before.tuning()),
                    emulatedMachine == null
                            ? before.emulatedMachine()
                            : emulatedMachine.isEmpty() ? null : emulatedMachine,
                    growth == null ? before.growth() : growth.applyTo(before.growth()));
        }

        /** Whoever asks for dedicated CPUs or huge pages without naming nodes gets one. */
        private Tuning tuning(Tuning before) {
            boolean dedicated = dedicatedCpus == null ? before.dedicatedCpus() : dedicatedCpus;
            long pages = hugepageBytes == null ? before.hugepageBytes() : hugepageBytes;
            int least = dedicated || pages != 0 ? Math.max(1, before.numaNodes()) : before.numaNodes();
            return new Tuning(
                    numaNodes == null ? least : numaNodes,
                    dedicated,
                    pages,
                    invariantTsc == null ? before.invariantTsc() : invariantTsc);
        }
    }

    /** What is left out stays; 0 for no more than it has. */
    @Schema(name = "GrowthChange")
    public record GrowthChange(
            @Nullable Integer maxSockets, @Nullable Long maxMemoryBytes) {

        private static final Growth NONE = new Growth(0, 0);

        @Nullable
        Growth applyTo(@Nullable Growth before) {
            Growth known = before == null ? NONE : before;
            Growth wanted = new Growth(
                    maxSockets == null ? known.maxSockets() : maxSockets,
                    maxMemoryBytes == null ? known.maxMemoryBytes() : maxMemoryBytes);
            return wanted.equals(NONE) ? null : wanted;
        }
    }
}
