package io.kvorum.server.api;

import io.kvorum.core.scheduling.Explanation;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Where a VM goes, and why. */
@Schema(name = "Explanation")
public record ExplanationView(@Nullable UUID chosenHostId, String summary, List<HostVerdict> hosts) {

    @Schema(name = "HostVerdict")
    public record HostVerdict(
            UUID hostId,
            String hostName,

            @Schema(enumeration = {"chosen", "fits", "refused"})
            String verdict,

            @Nullable String filter,
            @Nullable String reason,
            List<Score> scores,
            @Nullable Double total,

            @Schema(description = "What else refuses it; where placement was asked about, else empty.")
            List<Refusal> further) {}

    @Schema(name = "Refusal")
    public record Refusal(String filter, String reason) {}

    @Schema(name = "Score")
    public record Score(String weight, double score, double factor) {}

    static ExplanationView of(Explanation explanation) {
        return new ExplanationView(
                explanation.chosenHostId(),
                explanation.summary(),
                explanation.hosts().stream()
                        .map(host -> new HostVerdict(
                                host.hostId(),
                                host.hostName(),
                                host.verdict().name().toLowerCase(Locale.ROOT),
                                host.filter(),
                                host.reason(),
                                host.scores().stream()
                                        .map(score -> new Score(score.weight(), score.score(), score.factor()))
                                        .toList(),
                                host.total(),
                                host.further().stream()
                                        .map(refusal -> new Refusal(refusal.filter(), refusal.reason()))
                                        .toList()))
                        .toList());
    }
}
