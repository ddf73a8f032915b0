package io.kvorum.server.api;

import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.operations.Request;
import io.kvorum.server.api.ConfigViews.DataCenterView;
import io.kvorum.server.persistence.DataCenterRow;
import io.kvorum.server.persistence.Documents;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Data centers. */
@Path("/api/v1/data-centers")
@Tag(name = "Data centers")
@RunOnVirtualThread
public class DataCenterResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    DataCenterResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** What may be given; what is left out stays, or takes its default. */
    public record DataCenterChange(
            @Nullable String name, @Nullable String description) {

        DataCenter make(UUID id) {
            return new DataCenter(id, Words.required("name", name), description == null ? "" : description, Meta.NONE);
        }

        DataCenter applyTo(DataCenter before) {
            return new DataCenter(
                    before.id(),
                    name == null ? before.name() : name,
                    description == null ? before.description() : description,
                    before.meta());
        }
    }

    @GET
    public Page<DataCenterView> list(@BeanParam PageRequest page) {
        return new Listing<>(DataCenterRow.class, page).page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = DataCenterView.class)))
    public Response get(@PathParam("id") UUID id) {
        DataCenter found = find(id);
        return Answers.one(DataCenterView.of(found), found.meta().revision());
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = DataCenterView.class)))
    public Response create(@Nullable DataCenterChange body) {
        DataCenterChange change = Words.required("body", body);
        DataCenter made = change.make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> DataCenterView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = DataCenterView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable DataCenterChange body) {
        DataCenterChange change = Words.required("body", body);
        DataCenter before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> DataCenterView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.DATA_CENTER, id, answers.expectedRevision()), 204, () -> "");
    }

    private DataCenter find(UUID id) {
        entities.clear();
        return DataCenterRow.<DataCenterRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, DataCenter.class))
                .orElseThrow(() -> ProblemException.notFound("data center", id));
    }

    private DataCenterView view(DataCenterRow row) {
        return DataCenterView.of(documents.read(row.document, DataCenter.class));
    }
}
