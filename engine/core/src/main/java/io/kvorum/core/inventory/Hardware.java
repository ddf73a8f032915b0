package io.kvorum.core.inventory;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a guest finds itself on, but for disks and NICs.
 *
 * @param guaranteedMemoryBytes the balloon never takes the guest below this
 * @param emulatedMachine the machine type, such as "q35" or "pc-q35-7.2"; null for the cluster's
 * @param growth how large it can become while it runs; null for no larger
 */
public record Hardware(
        int sockets,
        int coresPerSocket,
        int threadsPerCore,
        long memoryBytes,
        long guaranteedMemoryBytes,
        Firmware firmware,
        CpuMode cpuMode,
        boolean tpm,
        boolean rng,
        boolean graphics,
        boolean guestAgent,
        Tuning tuning,
        @Nullable String emulatedMachine,
        @Nullable Growth growth) {

    public Hardware {
        if (tuning == null) {
            tuning = Tuning.NONE; // stored before there was any
        }
    }

    /** One socket and nothing special: with BIOS, random numbers, graphics and a guest agent, on the cluster's machine type. */
    public static Hardware ordinary(int cores, long memoryBytes) {
        return new Hardware(
                1,
                cores,
                1,
                memoryBytes,
                memoryBytes,
                Firmware.BIOS,
                CpuMode.DEFAULT,
                false,
                true,
                true,
                true,
                Tuning.NONE,
                null,
                null);
    }

    public Hardware with(Tuning newTuning) {
        return with(draft -> draft.tuning = newTuning);
    }

    public Hardware with(@Nullable Growth newGrowth) {
        return with(draft -> draft.growth = newGrowth);
    }

    public Hardware with(Firmware newFirmware, boolean withTpm) {
        return with(draft -> {
            draft.firmware = newFirmware;
            draft.tpm = withTpm;
        });
    }

    /** The same with other cores in each socket. */
    public Hardware withTopology(int newCoresPerSocket, int newThreadsPerCore) {
        return with(draft -> {
            draft.coresPerSocket = newCoresPerSocket;
            draft.threadsPerCore = newThreadsPerCore;
        });
    }

    /** The same with other sizes. */
    public Hardware sized(int newSockets, long newMemoryBytes, long newGuaranteedMemoryBytes) {
        return with(draft -> {
            draft.sockets = newSockets;
            draft.memoryBytes = newMemoryBytes;
            draft.guaranteedMemoryBytes = newGuaranteedMemoryBytes;
        });
    }

    /** Virtual CPUs in all. */
    public int vcpus() {
        return sockets * coresPerSocket * threadsPerCore;
    }

    /** The most sockets that it can have while it runs. */
    public int mostSockets() {
        return growth == null ? sockets : Math.max(sockets, growth.maxSockets());
    }

    /** The most memory that it can have while it runs. */
    public long mostMemoryBytes() {
        return growth == null ? memoryBytes : Math.max(memoryBytes, growth.maxMemoryBytes());
    }

    private Hardware with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new Hardware(
                draft.sockets,
                draft.coresPerSocket,
                draft.threadsPerCore,
                draft.memoryBytes,
                draft.guaranteedMemoryBytes,
                draft.firmware,
                cpuMode,
                draft.tpm,
                rng,
                graphics,
                guestAgent,
                draft.tuning,
                emulatedMachine,
                draft.growth);
    }

    /**
     * How large a guest can become while it runs.
     *
     * @param maxSockets 0 for as many as it has
     * @param maxMemoryBytes 0 for as much as it has
     */
    public record Growth(int maxSockets, long maxMemoryBytes) {}

    public enum Firmware {
        BIOS,
        UEFI
    }

    public enum CpuMode {
        /** The cluster's model where it has one, else what suits the host's virtualization. */
        DEFAULT,
        CUSTOM,
        HOST_MODEL,
        HOST_PASSTHROUGH,
        MAXIMUM;

        /** Whether such a guest gets the model of a cluster that has one. */
        public boolean takesModel() {
            return this == DEFAULT || this == CUSTOM;
        }
    }

    /** What may become different in a copy. */
    private static final class Draft {
        int sockets;
        int coresPerSocket;
        int threadsPerCore;
        long memoryBytes;
        long guaranteedMemoryBytes;
        Firmware firmware;
        boolean tpm;
        Tuning tuning;

        @Nullable
        Growth growth;

        Draft(Hardware hardware) {
            sockets = hardware.sockets;
            coresPerSocket = hardware.coresPerSocket;
            threadsPerCore = hardware.threadsPerCore;
            memoryBytes = hardware.memoryBytes;
            guaranteedMemoryBytes = hardware.guaranteedMemoryBytes;
            firmware = hardware.firmware;
            tpm = hardware.tpm;
            tuning = hardware.tuning;
            growth = hardware.growth;
        }
    }
}
