package io.kvorum.core.inventory;

import org.jspecify.annotations.Nullable;

/**
 * What a guest finds itself on, but for disks and NICs.
 *
 * @param guaranteedMemoryBytes the balloon never takes the guest below this
 * @param emulatedMachine the machine type, such as "q35" or "pc-q35-7.2"; null for the cluster's
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
        @Nullable String emulatedMachine) {

    public Hardware {
        if (tuning == null) {
            tuning = Tuning.NONE; // stored before there was any
        }
    }

    /** On the cluster's machine type. */
    public Hardware(
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
            Tuning tuning) {
        this(
                sockets,
                coresPerSocket,
                threadsPerCore,
                memoryBytes,
                guaranteedMemoryBytes,
                firmware,
                cpuMode,
                tpm,
                rng,
                graphics,
                guestAgent,
                tuning,
                null);
    }

    /** Without any tuning. */
    public Hardware(
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
            boolean guestAgent) {
        this(
                sockets,
                coresPerSocket,
                threadsPerCore,
                memoryBytes,
                guaranteedMemoryBytes,
                firmware,
                cpuMode,
                tpm,
                rng,
                graphics,
                guestAgent,
                Tuning.NONE);
    }

    public Hardware with(Tuning newTuning) {
        return new Hardware(
                sockets,
                coresPerSocket,
                threadsPerCore,
                memoryBytes,
                guaranteedMemoryBytes,
                firmware,
                cpuMode,
                tpm,
                rng,
                graphics,
                guestAgent,
                newTuning,
                emulatedMachine);
    }

    /** Virtual CPUs in all. */
    public int vcpus() {
        return sockets * coresPerSocket * threadsPerCore;
    }

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
}
