package io.kvorum.core.scheduling;

/**
 * What hosts have and use together.
 *
 * @param hosts in any state
 * @param up of them; only these have threads and memory to give
 * @param vms that are on any of the hosts, may be there, or are on their way; one that migrates counts on both
 * @param threads of hosts that are up
 * @param memoryBytes likewise
 */
public record Capacity(int hosts, int up, int vms, long threads, long memoryBytes, Measured measured) {

    public static final Capacity NOTHING = new Capacity(0, 0, 0, 0, 0, new Measured(0, 0, 0, 0, 0));

    /**
     * Of hosts that are up and have reported of late.
     *
     * @param busyThreads how many of their threads were busy, smoothed
     * @param usedBytes how much of their memory was used, smoothed
     */
    public record Measured(int hosts, long threads, double busyThreads, long memoryBytes, double usedBytes) {

        private Measured plus(Measured more) {
            return new Measured(
                    hosts + more.hosts,
                    threads + more.threads,
                    busyThreads + more.busyThreads,
                    memoryBytes + more.memoryBytes,
                    usedBytes + more.usedBytes);
        }
    }

    public Capacity plus(Capacity more) {
        return new Capacity(
                hosts + more.hosts,
                up + more.up,
                vms + more.vms,
                threads + more.threads,
                memoryBytes + more.memoryBytes,
                measured.plus(more.measured));
    }
}
