package io.kvorum.core.scheduling;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why a VM goes where it goes, or nowhere.
 *
 * @param hosts one verdict a host of its cluster, by name; of a large cluster, where nobody asked, those that tell most
 */
public record Explanation(@Nullable UUID chosenHostId, String summary, List<HostVerdict> hosts) {

    public Explanation {
        hosts = List.copyOf(hosts);
    }

    public enum Verdict {
        CHOSEN,
        FITS,
        REFUSED
    }

    /**
     * What became of one host.
     *
     * @param filter the filter that refused it, with {@code reason} in words; null if none did
     * @param total sum of score times factor; null for a refused host
     * @param further what else refuses it; only where a question was asked about placement, else empty
     */
    public record HostVerdict(
            UUID hostId,
            String hostName,
            Verdict verdict,
            @Nullable String filter,
            @Nullable String reason,
            List<Score> scores,
            @Nullable Double total,
            List<Refusal> further) {

        public HostVerdict {
            scores = List.copyOf(scores);
            further = Objects.requireNonNullElse(further, List.of());
        }
    }

    /** A filter that refuses a host, and why, in words. */
    public record Refusal(String filter, String reason) {}

    /** What one weight gives the host: 0 to 1, times the factor. */
    public record Score(String weight, double score, double factor) {}
}
