package io.kvorum.server.api;

import io.kvorum.core.operations.Operation;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.OperationQueue;
import io.kvorum.server.persistence.OperationRow;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Operations, newest first. */
@Path("/api/v1/operations")
@Tag(name = "Operations")
@RunOnVirtualThread
public class OperationResource {

    /** Less than what proxies give an answer to come. */
    private static final int MAX_WAIT_SECONDS = 50;

    private final Answers answers;
    private final Submissions submissions;
    private final OperationQueue queue;
    private final EntityManager entities;
    private final Documents documents;

    OperationResource(
            Answers answers,
            Submissions submissions,
            OperationQueue queue,
            EntityManager entities,
            Documents documents) {
        this.answers = answers;
        this.submissions = submissions;
        this.queue = queue;
        this.entities = entities;
        this.documents = documents;
    }

    @GET
    public Page<OperationView> list(
            @BeanParam PageRequest page,
            @QueryParam("state") @Nullable String state,
            @QueryParam("type") @Nullable String type,
            @QueryParam("subjectId") @Nullable UUID subjectId,
            @QueryParam("parentId") @Nullable UUID parentId) {
        return new Listing<>(OperationRow.class, page)
                .sortedBy("createdAt", true, page)
                .where("state", state == null ? null : state.toUpperCase(Locale.ROOT))
                .where("type", type)
                .where("subjectId", subjectId)
                .where("parentId", parentId)
                .page(entities, row -> OperationView.of(documents.read(row.document, Operation.class)));
    }

    /** As it stands, or, with {@code waitSeconds}, once it has ended or that time is over. */
    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response get(
            @PathParam("id") UUID id,
            @QueryParam("waitSeconds") @DefaultValue("0") @Schema(minimum = "0", maximum = "" + MAX_WAIT_SECONDS)
                    int waitSeconds)
            throws SQLException, InterruptedException {
        if (waitSeconds < 0 || waitSeconds > MAX_WAIT_SECONDS) {
            throw ProblemException.invalid(
                    "waitSeconds", Integer.toString(waitSeconds), "Must be 0 to " + MAX_WAIT_SECONDS + ".");
        }
        Operation operation = submissions
                .awaitEnd(id, Duration.ofSeconds(waitSeconds))
                .orElseThrow(() -> ProblemException.notFound("operation", id));
        return Answers.one(OperationView.of(operation), operation.meta().revision());
    }

    /** Asks for it to be called off; it ends by itself if it is too late for that. */
    @POST
    @Path("/{id}/cancel")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response cancel(@PathParam("id") UUID id) throws SQLException {
        Operation operation = find(id);
        if (operation.state().ended()) {
            throw ProblemException.conflict("“" + operation.name() + "” has ended already.");
        }
        queue.cancel(id, answers.actor());
        return Response.accepted(OperationView.of(operation)).build();
    }

    private Operation find(UUID id) throws SQLException {
        return queue.find(id).orElseThrow(() -> ProblemException.notFound("operation", id));
    }
}
