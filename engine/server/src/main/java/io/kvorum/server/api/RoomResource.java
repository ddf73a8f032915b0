package io.kvorum.server.api;

import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.PlacementDryRun;
import io.kvorum.core.scheduling.Room;
import io.kvorum.core.scheduling.RoomSearch;
import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.persistence.ClusterRow;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** How many more VMs of a type would fit. */
@Path("/api/v1/clusters/{id}/room")
@Tag(name = "Clusters")
@RunOnVirtualThread
public class RoomResource {

    private final Views views;
    private final ControllerLoop loop;
    private final RoomSearches searches;

    RoomResource(Views views, ControllerLoop loop, RoomSearches searches) {
        this.views = views;
        this.loop = loop;
        this.searches = searches;
    }

    @Schema(name = "Room")
    public record RoomView(
            int more,

            @Schema(
                    description = "Whether there may be room for still more: a search ends at " + RoomSearch.MOST
                            + " VMs, in clusters of more than 2500 hosts earlier.")
            boolean atLeast,

            @Schema(description = "Those that take some, by name.")
            List<HostRoomView> hosts,

            @Schema(
                    description = "Why the next one fits nowhere: how many hosts each filter refuses that no filter"
                            + " before it does. Empty where there may be room for more, or no host at all.")
            List<RefusalsView> refusals) {

        static RoomView of(Room room) {
            return new RoomView(
                    room.more(),
                    room.atLeast(),
                    room.hosts().stream()
                            .map(host -> new HostRoomView(host.hostId(), host.hostName(), host.more()))
                            .toList(),
                    room.refusals().stream()
                            .map(some -> new RefusalsView(some.filter(), some.hosts(), some.example()))
                            .toList());
        }
    }

    @Schema(name = "HostRoom")
    public record HostRoomView(UUID hostId, String hostName, int more) {}

    @Schema(name = "RoomRefusals")
    public record RefusalsView(
            String filter,
            int hosts,

            @Schema(description = "What it says of one of them.")
            String example) {}

    /**
     * How many more VMs of that type, without disks and network cards, its hosts can take now, one after the other by its policy.
     * Nothing is done; quotas and admission control are asked when one starts, not here.
     */
    @GET
    @AnsweredByLeader
    public RoomView room(@PathParam("id") UUID clusterId, @QueryParam("instanceTypeId") @Nullable UUID instanceTypeId) {
        if (ClusterRow.findByIdOptional(clusterId).isEmpty()) {
            throw ProblemException.notFound("cluster", clusterId);
        }
        InstanceType type = Words.required("instanceTypeId", views.instanceType(instanceTypeId));
        VmSpec spec = VmSpecs.bare(clusterId, type);
        return switch (loop.tryRoom(UUID.randomUUID(), spec).orElseThrow(ProblemException::noLeader)) {
            case PlacementDryRun.Answered<RoomSearch>(var search) -> RoomView.of(searches.run(search));
            case PlacementDryRun.Refused<RoomSearch>(var problem) -> throw new ProblemException(problem, null);
        };
    }
}
