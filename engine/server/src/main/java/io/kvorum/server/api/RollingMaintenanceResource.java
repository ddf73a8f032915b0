package io.kvorum.server.api;

import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.RollingMaintenance.HostTask;
import io.kvorum.core.operations.Request;
import io.kvorum.server.persistence.BalancingPlanRow;
import io.kvorum.server.persistence.Documents;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Maintenance of the hosts of a cluster, some at a time; the plan that comes of it is one of the cluster's balancing plans. */
@Path("/api/v1/clusters/{clusterId}/rolling-maintenance")
@Tag(name = "Balancing plans")
@RunOnVirtualThread
public class RollingMaintenanceResource {

    private static final int MOST_HOSTS = 10_000;

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    RollingMaintenanceResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** What to do, with which hosts. */
    @Schema(name = "RollingMaintenanceRequest")
    public record RollingMaintenanceRequest(
            @Schema(
                    description = "wait_for_operator if nothing is said.",
                    enumeration = {"wait_for_operator", "reboot", "upgrade"})
            @Nullable
            String task,

            @Schema(description = "How many hosts may be away at once; 1 if nothing is said.") @Nullable
            Integer hostsAtOnce,

            @Schema(description = "In this order; all that are up, by name, if nothing is said.") @Nullable
            List<UUID> hostIds) {}

    /** Makes the plan and begins it. */
    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response begin(@PathParam("clusterId") UUID clusterId, @Nullable RollingMaintenanceRequest body) {
        RollingMaintenanceRequest asked = body == null ? new RollingMaintenanceRequest(null, null, null) : body;
        List<UUID> hosts = asked.hostIds() == null ? List.of() : asked.hostIds();
        if (hosts.size() > MOST_HOSTS || hosts.stream().anyMatch(Objects::isNull)) {
            throw ProblemException.invalid("hostIds", null, "Must be up to " + MOST_HOSTS + " ids of hosts.");
        }
        UUID id = answers.newId();
        return answers.configuration(
                new Request.MaintainCluster(
                        id,
                        clusterId,
                        Words.read("task", asked.task(), HostTask.class, HostTask.WAIT_FOR_OPERATOR),
                        asked.hostsAtOnce() == null ? 1 : asked.hostsAtOnce(),
                        hosts),
                201,
                () -> view(id));
    }

    private BalancingPlanView view(UUID id) {
        entities.clear();
        return BalancingPlanRow.<BalancingPlanRow>findByIdOptional(id)
                .map(row -> BalancingPlanView.of(documents.read(row.document, BalancingPlan.class)))
                .orElseThrow(() -> ProblemException.notFound("balancing plan", id));
    }
}
