package io.kvorum.server.api;

import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.operations.Request;
import io.kvorum.server.api.ConfigViews.StorageDomainView;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.StorageDomainRow;
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

/** Storage domains. */
@Path("/api/v1/storage-domains")
@Tag(name = "Storage domains")
@RunOnVirtualThread
public class StorageDomainResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    StorageDomainResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** What may be given; what is left out stays. Kind, path and host are given once and for all. */
    public record StorageDomainChange(
            @Nullable String name,
            @Nullable UUID dataCenterId,
            @Nullable String kind,
            @Nullable String path,
            @Nullable UUID hostId) {

        StorageDomain make(UUID id) {
            return new StorageDomain(
                    id,
                    Words.required("name", name),
                    Words.required("dataCenterId", dataCenterId),
                    Words.read("kind", Words.required("kind", kind), StorageKind.class, null),
                    Words.required("path", path),
                    hostId,
                    StorageState.UNATTACHED,
                    null,
                    0,
                    0,
                    Lockspace.NONE,
                    Meta.NONE);
        }

        StorageDomain applyTo(StorageDomain before) {
            return new StorageDomain(
                    before.id(),
                    name == null ? before.name() : name,
                    dataCenterId == null ? before.dataCenterId() : dataCenterId,
                    Words.read("kind", kind, StorageKind.class, before.storage()),
                    path == null ? before.path() : path,
                    hostId == null ? before.hostId() : hostId,
                    before.state(),
                    before.stateReason(),
                    before.capacityBytes(),
                    before.availableBytes(),
                    before.lockspace(),
                    before.meta());
        }
    }

    @GET
    public Page<StorageDomainView> list(
            @BeanParam PageRequest page, @QueryParam("dataCenterId") @Nullable UUID dataCenterId) {
        return new Listing<>(StorageDomainRow.class, page)
                .where("dataCenterId", dataCenterId)
                .page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = StorageDomainView.class)))
    public Response get(@PathParam("id") UUID id) {
        StorageDomain found = find(id);
        return Answers.one(StorageDomainView.of(found), found.meta().revision());
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = StorageDomainView.class)))
    public Response create(@Nullable StorageDomainChange body) {
        StorageDomainChange change = Words.required("body", body);
        StorageDomain made = change.make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> StorageDomainView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = StorageDomainView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable StorageDomainChange body) {
        StorageDomainChange change = Words.required("body", body);
        StorageDomain before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> StorageDomainView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.STORAGE_DOMAIN, id, answers.expectedRevision()), 204, () -> "");
    }

    private StorageDomain find(UUID id) {
        entities.clear();
        return StorageDomainRow.<StorageDomainRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, StorageDomain.class))
                .orElseThrow(() -> ProblemException.notFound("storage domain", id));
    }

    private StorageDomainView view(StorageDomainRow row) {
        return StorageDomainView.of(documents.read(row.document, StorageDomain.class));
    }
}
