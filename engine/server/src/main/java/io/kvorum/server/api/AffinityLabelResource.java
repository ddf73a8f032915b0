package io.kvorum.server.api;

import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.operations.Request;
import io.kvorum.server.persistence.AffinityLabelRow;
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
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Affinity labels: a VM runs only on hosts that have all of its labels. */
@Path("/api/v1/affinity-labels")
@Tag(name = "Affinity labels")
@RunOnVirtualThread
public class AffinityLabelResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    AffinityLabelResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** What may be given; what is left out stays, or is empty. */
    public record AffinityLabelChange(
            @Nullable String name,
            @Nullable String description,

            @Schema(description = "Hosts that have the label, of any cluster.") @Nullable
            List<UUID> hostIds,

            @Schema(description = "VMs that run only on such hosts, of any cluster.") @Nullable
            List<UUID> vmIds) {

        AffinityLabel make(UUID id) {
            return applyTo(new AffinityLabel(id, Words.required("name", name), "", List.of(), List.of(), Meta.NONE));
        }

        AffinityLabel applyTo(AffinityLabel before) {
            return new AffinityLabel(
                    before.id(),
                    name == null ? before.name() : name,
                    description == null ? before.description() : description,
                    ids("hostIds", hostIds, before.hostIds()),
                    ids("vmIds", vmIds, before.vmIds()),
                    before.meta());
        }

        private static List<UUID> ids(String field, @Nullable List<UUID> wanted, List<UUID> before) {
            if (wanted != null && wanted.stream().anyMatch(Objects::isNull)) {
                throw ProblemException.invalid(field, null, "Must be a list of ids, without null.");
            }
            return wanted == null ? before : wanted;
        }
    }

    @Schema(name = "AffinityLabel")
    public record AffinityLabelView(
            UUID id,
            String name,
            String description,
            List<UUID> hostIds,
            List<UUID> vmIds,
            long revision,
            Instant createdAt,
            Instant updatedAt) {

        static AffinityLabelView of(AffinityLabel label) {
            return new AffinityLabelView(
                    label.id(),
                    label.name(),
                    label.description(),
                    label.hostIds(),
                    label.vmIds(),
                    label.meta().revision(),
                    label.meta().createdAt(),
                    label.meta().updatedAt());
        }
    }

    @GET
    public Page<AffinityLabelView> list(@BeanParam PageRequest page) {
        return new Listing<>(AffinityLabelRow.class, page).page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AffinityLabelView.class)))
    public Response get(@PathParam("id") UUID id) {
        AffinityLabel found = find(id);
        return Answers.one(AffinityLabelView.of(found), found.meta().revision());
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = AffinityLabelView.class)))
    public Response create(@Nullable AffinityLabelChange body) {
        AffinityLabel made = Words.required("body", body).make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> AffinityLabelView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AffinityLabelView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable AffinityLabelChange body) {
        AffinityLabelChange change = Words.required("body", body);
        AffinityLabel before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> AffinityLabelView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.AFFINITY_LABEL, id, answers.expectedRevision()), 204, () -> "");
    }

    private AffinityLabel find(UUID id) {
        entities.clear();
        return AffinityLabelRow.<AffinityLabelRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, AffinityLabel.class))
                .orElseThrow(() -> ProblemException.notFound("affinity label", id));
    }

    private AffinityLabelView view(AffinityLabelRow row) {
        return AffinityLabelView.of(documents.read(row.document, AffinityLabel.class));
    }
}
