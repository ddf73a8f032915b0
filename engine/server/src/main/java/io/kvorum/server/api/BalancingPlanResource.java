package io.kvorum.server.api;

import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PlanReview;
import io.kvorum.server.persistence.BalancingPlanRow;
import io.kvorum.server.persistence.Documents;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Plans of moves that balance a cluster: what is proposed, what runs, and the last ones that have ended. */
@Path("/api/v1/balancing-plans")
@Tag(name = "Balancing plans")
@RunOnVirtualThread
public class BalancingPlanResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    BalancingPlanResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** The newest first. */
    @GET
    public Page<BalancingPlanView> list(
            @BeanParam PageRequest page,
            @QueryParam("clusterId") @Nullable UUID clusterId,
            @Schema(enumeration = {"proposed", "running", "paused", "done", "rejected", "aborted", "outdated"})
                    @QueryParam("state")
                    @Nullable
                    String state) {
        return new Listing<>(BalancingPlanRow.class, page)
                .sortedBy("createdAt", true, page)
                .where("clusterId", clusterId)
                .where(
                        "state",
                        state == null
                                ? null
                                : Words.read("state", state, PlanState.class, null)
                                        .name())
                .page(entities, row -> BalancingPlanView.of(documents.read(row.document, BalancingPlan.class)));
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response get(@PathParam("id") UUID id) {
        BalancingPlan found = find(id);
        return Answers.one(BalancingPlanView.of(found), found.meta().revision());
    }

    /** Its moves are made, each after another look. */
    @POST
    @Path("/{id}/approve")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response approve(@PathParam("id") UUID id) {
        return review(id, PlanReview.APPROVE, List.of());
    }

    @POST
    @Path("/{id}/reject")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response reject(@PathParam("id") UUID id) {
        return review(id, PlanReview.REJECT, List.of());
    }

    /** Leaves the move of a VM out of a proposed plan. */
    @DELETE
    @Path("/{id}/moves/{vmId}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response leaveOut(@PathParam("id") UUID id, @PathParam("vmId") UUID vmId) {
        return review(id, PlanReview.LEAVE_OUT, List.of(vmId));
    }

    /** Begins no other host of a rolling maintenance; what has begun goes on. */
    @POST
    @Path("/{id}/pause")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response pause(@PathParam("id") UUID id) {
        return review(id, PlanReview.PAUSE, List.of());
    }

    /** Goes on with a rolling maintenance that an operator, or a host that failed, has paused. */
    @POST
    @Path("/{id}/resume")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response resume(@PathParam("id") UUID id) {
        return review(id, PlanReview.RESUME, List.of());
    }

    /** Ends a rolling maintenance; hosts that are in maintenance stay there. */
    @POST
    @Path("/{id}/abort")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BalancingPlanView.class)))
    public Response abort(@PathParam("id") UUID id) {
        return review(id, PlanReview.ABORT, List.of());
    }

    private Response review(UUID id, PlanReview review, List<UUID> vmIds) {
        return answers.configuration(
                new Request.ReviewPlan(id, review, vmIds, answers.expectedRevision()),
                200,
                () -> BalancingPlanView.of(find(id)));
    }

    private BalancingPlan find(UUID id) {
        entities.clear();
        return BalancingPlanRow.<BalancingPlanRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, BalancingPlan.class))
                .orElseThrow(() -> ProblemException.notFound("balancing plan", id));
    }
}
