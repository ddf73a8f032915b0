package io.kvorum.core.scheduling;

/**
 * Whether a VM is getting what it asks for: of the CPU time that it wanted, the share that it got. 1: it never waited for a CPU.
 * Waiting is what the guest sees as steal time: its vCPUs were ready, and the host ran something else.
 */
public final class Efficiency {

    /** Who wants less than this share of its CPUs wants nothing: what is left is noise. */
    private static final double IDLE = 0.01;

    private Efficiency() {}

    /**
     * 0 to 1; NaN where it is not known how long it waited.
     *
     * @param got share of its CPUs' time in which they ran
     * @param waited share in which they were ready and did not
     */
    public static double of(double got, double waited) {
        if (!(got >= 0) || !(waited >= 0)) {
            return Double.NaN;
        }
        return got + waited < IDLE ? 1 : got / (got + waited);
    }
}
