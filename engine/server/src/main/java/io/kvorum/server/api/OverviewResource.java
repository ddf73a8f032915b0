package io.kvorum.server.api;

import io.kvorum.core.scheduling.FleetOverview;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** All hosts at a glance, as the leader sees them. */
@Path("/api/v1/overview")
@Tag(name = "Status")
@RunOnVirtualThread
public class OverviewResource {

    private final FleetOverviews overviews;

    OverviewResource(FleetOverviews overviews) {
        this.overviews = overviews;
    }

    @Schema(name = "HostComplaint")
    public record ComplaintView(
            UUID hostId,
            String hostName,
            String state,

            @Schema(description = "What is wrong with it, as a sentence.")
            String words) {}

    @Schema(name = "Overview")
    public record OverviewView(
            CapacityView capacity,

            @Schema(description = "About hosts that are not up first, then by name; the first of them.")
            List<ComplaintView> complaints,

            @Schema(description = "How many hosts there are complaints about.")
            int complainedOf) {}

    @GET
    @AnsweredByLeader
    public OverviewView get() {
        FleetOverview overview = overviews.now();
        return new OverviewView(
                CapacityView.of(overview.total()),
                overview.complaints().stream()
                        .map(complaint -> new ComplaintView(
                                complaint.hostId(),
                                complaint.hostName(),
                                Words.of(complaint.state()),
                                complaint.words()))
                        .toList(),
                overview.complainedOf());
    }
}
