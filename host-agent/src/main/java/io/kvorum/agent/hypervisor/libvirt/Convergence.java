package io.kvorum.agent.hypervisor.libvirt;

/**
 * Whether a migration gets anywhere, and what to do where it does not.
 *
 * <ol>
 *   <li>Memory is copied in passes: each sends what was written during the one before. A pass that left about as much to be sent as
 *       the best one before it has stalled.
 *   <li>After a stalled pass the guest may stand still for longer at the end, by the next of the downtimes that its policy allows.
 *   <li>After the longest of them: by post-copy if the policy says so; else the guest, which is being slowed down, is given
 *       some more passes, and then stays where it is.
 * </ol>
 */
final class Convergence {

    /** What is to be done now. */
    enum Step {
        NONE,
        LONGER_DOWNTIME,
        POST_COPY,
        GIVE_UP
    }

    /** Of what was left before. */
    private static final double PROGRESS = 0.9;

    /** QEMU slows a guest down by a tenth more every other pass: this is time enough to stop it nearly. */
    private static final int PATIENCE_PASSES = 50;

    private final int longerDowntimes;
    private final boolean postCopy;
    private long pass;
    private long least = Long.MAX_VALUE;
    private long leastBefore = Long.MAX_VALUE;
    private int stalled;

    Convergence(int longerDowntimes, boolean postCopy) {
        this.longerDowntimes = longerDowntimes;
        this.postCopy = postCopy;
    }

    /**
     * Looks at how far it is.
     *
     * @param newPass the number of the pass over the memory that is being made
     * @param remainingBytes of it
     */
    Step observe(long newPass, long remainingBytes) {
        if (newPass == pass) {
            least = Math.min(least, remainingBytes);
            return Step.NONE;
        }
        boolean gotSomewhere = leastBefore == Long.MAX_VALUE || least < leastBefore * PROGRESS;
        boolean first = pass == 0;
        pass = newPass;
        leastBefore = Math.min(leastBefore, least);
        least = remainingBytes;
        return first || gotSomewhere ? Step.NONE : stalled();
    }

    private Step stalled() {
        stalled++;
        if (stalled <= longerDowntimes) {
            return Step.LONGER_DOWNTIME;
        }
        if (postCopy) {
            return Step.POST_COPY;
        }
        return stalled == longerDowntimes + PATIENCE_PASSES ? Step.GIVE_UP : Step.NONE;
    }
}
