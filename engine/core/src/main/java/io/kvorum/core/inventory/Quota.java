package io.kvorum.core.inventory;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How much the VMs that belong to it may use together, in a data center and in single clusters of it.
 *
 * @param limit in the whole data center
 * @param clusters further limits, at most one a cluster
 * @param thresholdPercent of a limit; whoever goes beyond is warned of
 */
public record Quota(
        UUID id,
        String name,
        String description,
        UUID dataCenterId,
        Enforcement enforcement,
        Limit limit,
        List<ClusterLimit> clusters,
        int thresholdPercent,
        Meta meta)
        implements ConfigObject {

    public Quota {
        clusters = List.copyOf(clusters);
    }

    /** What becomes of a start that would go beyond a limit. */
    public enum Enforcement {
        DISABLED,
        /** It is told in an event. */
        AUDIT,
        /** It is refused. */
        ENFORCED
    }

    /** 0 is no limit. */
    public record Limit(int vcpus, long memoryBytes) {

        public static final Limit NONE = new Limit(0, 0);
    }

    public record ClusterLimit(UUID clusterId, Limit limit) {}

    /** The further limit in that cluster, if there is one. */
    public Optional<Limit> limitIn(UUID clusterId) {
        return clusters.stream()
                .filter(limit -> limit.clusterId().equals(clusterId))
                .map(ClusterLimit::limit)
                .findFirst();
    }

    @Override
    public Kind kind() {
        return Kind.QUOTA;
    }

    @Override
    public Quota withMeta(Meta newMeta) {
        return new Quota(id, name, description, dataCenterId, enforcement, limit, clusters, thresholdPercent, newMeta);
    }
}
