package io.kvorum.server.api;

import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.PlacementDryRun;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.server.api.HardwareView.GrowthChange;
import io.kvorum.server.api.HardwareView.HardwareChange;
import io.kvorum.server.api.VmSpecs.HighAvailabilityChange;
import io.kvorum.server.api.VmSpecs.HostWishesChange;
import io.kvorum.server.api.VmSpecs.NewNic;
import io.kvorum.server.api.VmSpecs.VmCreation;
import io.kvorum.server.controller.ControllerLoop;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Where the next VM would go. */
@Path("/api/v1/clusters/{id}/placement")
@Tag(name = "Clusters")
@RunOnVirtualThread
public class PlacementResource {

    private final Views views;
    private final ControllerLoop loop;

    PlacementResource(Views views, ControllerLoop loop) {
        this.views = views;
        this.loop = loop;
    }

    /** The VM that is thought of; what is left out is as the template has it, or as for a VM without template. */
    public static class SupposedVm {

        @QueryParam("templateId")
        @Nullable
        UUID templateId;

        @Parameter(description = "In one socket.")
        @QueryParam("cpus")
        @Nullable
        Integer cpus;

        @QueryParam("memoryBytes")
        @Nullable
        Long memoryBytes;

        @QueryParam("networkId")
        @Nullable
        List<UUID> networkIds;

        @QueryParam("highlyAvailable")
        boolean highlyAvailable;

        @QueryParam("numaNodes")
        @Nullable
        Integer numaNodes;

        @QueryParam("dedicatedCpus")
        @Nullable
        Boolean dedicatedCpus;

        @QueryParam("hugepageBytes")
        @Nullable
        Long hugepageBytes;

        @Parameter(description = "The hosts that it may run on; none for any.")
        @QueryParam("onlyHostId")
        @Nullable
        List<UUID> onlyHostIds;

        @QueryParam("emulatedMachine")
        @Nullable
        String emulatedMachine;

        @Parameter(description = "The type whose size it has; leave cpus and memoryBytes out then.")
        @QueryParam("instanceTypeId")
        @Nullable
        UUID instanceTypeId;

        @QueryParam("invariantTsc")
        @Nullable
        Boolean invariantTsc;

        @QueryParam("preferredHostId")
        @Nullable
        List<UUID> preferredHostIds;

        VmCreation inCluster(UUID clusterId) {
            HardwareChange hardware = new HardwareChange(
                    cpus == null ? null : 1,
                    cpus,
                    cpus == null ? null : 1,
                    memoryBytes,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    numaNodes,
                    dedicatedCpus,
                    hugepageBytes,
                    emulatedMachine,
                    invariantTsc,
                    new GrowthChange(0, 0L));
            List<UUID> networks = networkIds == null ? List.of() : networkIds;
            return new VmCreation(
                    "new-vm",
                    null,
                    clusterId,
                    templateId,
                    hardware,
                    null,
                    networks.stream().map(network -> new NewNic(network, true)).toList(),
                    null,
                    new HighAvailabilityChange(highlyAvailable, null, null, null, null, null),
                    null,
                    null,
                    null,
                    new HostWishesChange(onlyHostIds, preferredHostIds),
                    null,
                    instanceTypeId,
                    false);
        }
    }

    /** Where a VM like that would go now, and why; nothing is done. */
    @GET
    @AnsweredByLeader
    public ExplanationView placement(@PathParam("id") UUID clusterId, @BeanParam SupposedVm supposed) {
        UUID id = UUID.randomUUID();
        Template template = views.template(supposed.templateId);
        VmSpec spec = VmSpecs.create(
                id, supposed.inCluster(clusterId), template, views.instanceType(supposed.instanceTypeId));
        return switch (loop.tryPlacement(id, spec).orElseThrow(ProblemException::noLeader)) {
            case PlacementDryRun.Answered<Explanation>(var explanation) -> ExplanationView.of(explanation);
            case PlacementDryRun.Refused<Explanation>(var problem) -> throw new ProblemException(problem, null);
        };
    }
}
