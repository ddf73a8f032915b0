package io.kvorum.core.inventory;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How running VMs travel from host to host.
 *
 * @param strategy what is done about a guest that writes its memory as fast as it is copied
 * @param bandwidthMibPerSecond that one migration may use; 0 for no limit
 * @param parallelConnections over which memory is copied; 0 for as many as suit the strategy
 * @param compressed whether pages that are sent again are sent as what changed in them (XBZRLE)
 * @param encrypted whether memory is encrypted on the way
 */
public record MigrationPolicy(
        Strategy strategy, int bandwidthMibPerSecond, int parallelConnections, boolean compressed, boolean encrypted) {

    public static final MigrationPolicy DEFAULT = new MigrationPolicy(Strategy.MINIMAL_DOWNTIME, 0, 0, false, true);

    private static final int CONNECTIONS_OF_LARGE_VMS = 4;

    /**
     * Under the names that oVirt's operators know. Each begins with the shortest downtime and allows the next longer one
     * whenever a pass over the memory has left as much to be copied as the one before.
     */
    public enum Strategy {
        /** The guest is slowed down as far as needed, and stands still for half a second at most; else it stays. */
        MINIMAL_DOWNTIME(true, false, 150, 200, 300, 400, 500),
        /**
         * The guest goes on at the target before all of its memory is there. That always ends; but if either host, or the
         * network between them, fails meanwhile, what the guest had in memory is lost.
         */
        POST_COPY(false, true, 150, 200),
        /** As MINIMAL_DOWNTIME; in the end the guest may stand still for five seconds. */
        SUSPEND_WORKLOAD_IF_NEEDED(true, false, 150, 200, 300, 400, 500, 5000),
        /** For hundreds of gigabytes: over several connections, with longer downtimes from the start. */
        VERY_LARGE_VMS(true, false, 500, 1000, 2000, 5000);

        private final boolean autoConverge;
        private final boolean postCopy;
        private final List<Duration> downtimes;

        Strategy(boolean autoConverge, boolean postCopy, Integer... downtimesMillis) {
            this.autoConverge = autoConverge;
            this.postCopy = postCopy;
            this.downtimes = Stream.of(downtimesMillis).map(Duration::ofMillis).toList();
        }

        /** Whether a guest that writes too fast is slowed down. */
        public boolean autoConverge() {
            return autoConverge;
        }

        /** Whether it goes on at the target, after the last of the downtimes, before all of its memory is there. */
        public boolean postCopy() {
            return postCopy;
        }

        /** How long the guest may stand still in the end, ever longer. */
        public List<Duration> downtimes() {
            return downtimes;
        }
    }

    /** Over which memory is copied: at least one. */
    public int connections() {
        if (parallelConnections > 0) {
            return parallelConnections;
        }
        return strategy == Strategy.VERY_LARGE_VMS ? CONNECTIONS_OF_LARGE_VMS : 1;
    }
}
