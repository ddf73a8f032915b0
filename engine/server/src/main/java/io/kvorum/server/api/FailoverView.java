package io.kvorum.server.api;

import io.kvorum.core.availability.FailoverProof;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Whether a cluster could lose hosts.
 *
 * @param hostFailures of how many hosts at once
 * @param scenarios failures that were tried
 * @param complete whether these were all
 * @param shortfalls VMs that would not be restarted
 */
@Schema(name = "Failover")
public record FailoverView(int hostFailures, int scenarios, boolean complete, List<Shortfall> shortfalls) {

    @Schema(name = "FailoverShortfall")
    public record Shortfall(List<UUID> failedHostIds, UUID vmId, String vmName, ExplanationView explanation) {}

    static FailoverView of(FailoverProof proof) {
        return new FailoverView(
                proof.hostFailures(),
                proof.scenarios(),
                proof.complete(),
                proof.shortfalls().stream()
                        .map(shortfall -> new Shortfall(
                                shortfall.failedHostIds(),
                                shortfall.vmId(),
                                shortfall.vmName(),
                                ExplanationView.of(shortfall.explanation())))
                        .toList());
    }
}
