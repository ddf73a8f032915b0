package io.kvorum.server.api;

import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.operations.Request;
import io.kvorum.server.api.ConfigViews.NetworkView;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.NetworkRow;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Networks. */
@Path("/api/v1/networks")
@Tag(name = "Networks")
@RunOnVirtualThread
public class NetworkResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    NetworkResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** What may be given; what is left out stays. */
    public record NetworkChange(
            @Nullable String name,
            @Nullable UUID dataCenterId,
            @Nullable String kind,
            @Nullable String bridge,
            @Nullable String subnet) {

        Network make(UUID id) {
            return new Network(
                    id,
                    Words.required("name", name),
                    Words.required("dataCenterId", dataCenterId),
                    Words.read("kind", Words.required("kind", kind), NetworkKind.class, null),
                    Words.required("bridge", bridge),
                    subnet,
                    Meta.NONE);
        }

        Network applyTo(Network before) {
            return new Network(
                    before.id(),
                    name == null ? before.name() : name,
                    dataCenterId == null ? before.dataCenterId() : dataCenterId,
                    Words.read("kind", kind, NetworkKind.class, before.network()),
                    bridge == null ? before.bridge() : bridge,
                    subnet == null ? before.subnet() : subnet,
                    before.meta());
        }
    }

    @GET
    public Page<NetworkView> list(
            @BeanParam PageRequest page, @QueryParam("dataCenterId") @Nullable UUID dataCenterId) {
        return new Listing<>(NetworkRow.class, page)
                .where("dataCenterId", dataCenterId)
                .page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = NetworkView.class)))
    public Response get(@PathParam("id") UUID id) {
        Network found = find(id);
        return Answers.one(NetworkView.of(found), found.meta().revision());
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = NetworkView.class)))
    public Response create(@Nullable NetworkChange body) {
        NetworkChange change = Words.required("body", body);
        Network made = change.make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> NetworkView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = NetworkView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable NetworkChange body) {
        NetworkChange change = Words.required("body", body);
        Network before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> NetworkView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.NETWORK, id, answers.expectedRevision()), 204, () -> "");
    }

    private Network find(UUID id) {
        entities.clear();
        return NetworkRow.<NetworkRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, Network.class))
                .orElseThrow(() -> ProblemException.notFound("network", id));
    }

    private NetworkView view(NetworkRow row) {
        return NetworkView.of(documents.read(row.document, Network.class));
    }
}
