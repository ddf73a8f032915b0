package io.kvorum.server.api;

import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.operations.Request;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.SchedulingPolicyRow;
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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Scheduling policies that operators put together; the built-in ones are named by the clusters. */
@Path("/api/v1/scheduling-policies")
@Tag(name = "Scheduling")
@RunOnVirtualThread
public class SchedulingPolicyResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    SchedulingPolicyResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** What may be given; what is left out stays, or takes its default. */
    public record SchedulingPolicyChange(
            @Nullable String name,
            @Nullable String description,

            @Schema(description = "Names of optional filters.") @Nullable
            List<String> filters,

            @Schema(description = "Factors of weights, by name.") @Nullable
            Map<String, Double> weights,

            @Schema(description = "Values of parameters that differ from their defaults, by name.") @Nullable
            Map<String, Double> parameters) {

        SchedulingPolicy make(UUID id) {
            return applyTo(new SchedulingPolicy(
                    id, Words.required("name", name), "", Set.of(), Map.of(), Map.of(), Meta.NONE));
        }

        SchedulingPolicy applyTo(SchedulingPolicy before) {
            if (filters != null && filters.stream().anyMatch(Objects::isNull)) {
                throw ProblemException.invalid("filters", null, "Must be a list of names, without null.");
            }
            return new SchedulingPolicy(
                    before.id(),
                    name == null ? before.name() : name,
                    description == null ? before.description() : description,
                    filters == null ? before.filters() : Set.copyOf(filters),
                    numbers("weights", weights, before.weights()),
                    numbers("parameters", parameters, before.parameters()),
                    before.meta());
        }

        private static Map<String, Double> numbers(
                String field, @Nullable Map<String, Double> wanted, Map<String, Double> before) {
            if (wanted != null && wanted.containsValue(null)) {
                throw ProblemException.invalid(field, null, "Must be names with numbers, without null.");
            }
            return wanted == null ? before : wanted;
        }
    }

    @Schema(name = "SchedulingPolicy")
    public record SchedulingPolicyView(
            UUID id,
            String name,
            String description,
            List<String> filters,
            Map<String, Double> weights,
            Map<String, Double> parameters,
            long revision,
            Instant createdAt,
            Instant updatedAt) {

        static SchedulingPolicyView of(SchedulingPolicy policy) {
            return new SchedulingPolicyView(
                    policy.id(),
                    policy.name(),
                    policy.description(),
                    policy.filters().stream().sorted().toList(),
                    policy.weights(),
                    policy.parameters(),
                    policy.meta().revision(),
                    policy.meta().createdAt(),
                    policy.meta().updatedAt());
        }
    }

    @GET
    public Page<SchedulingPolicyView> list(@BeanParam PageRequest page) {
        return new Listing<>(SchedulingPolicyRow.class, page).page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = SchedulingPolicyView.class)))
    public Response get(@PathParam("id") UUID id) {
        SchedulingPolicy found = find(id);
        return Answers.one(SchedulingPolicyView.of(found), found.meta().revision());
    }

    @POST
    @APIResponse(
            responseCode = "201",
            content = @Content(schema = @Schema(implementation = SchedulingPolicyView.class)))
    public Response create(@Nullable SchedulingPolicyChange body) {
        SchedulingPolicy made = Words.required("body", body).make(answers.newId());
        return answers.configuration(
                new Request.Configure(made, 0), 201, () -> SchedulingPolicyView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = SchedulingPolicyView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable SchedulingPolicyChange body) {
        SchedulingPolicyChange change = Words.required("body", body);
        SchedulingPolicy before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> SchedulingPolicyView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.SCHEDULING_POLICY, id, answers.expectedRevision()), 204, () -> "");
    }

    private SchedulingPolicy find(UUID id) {
        entities.clear();
        return SchedulingPolicyRow.<SchedulingPolicyRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, SchedulingPolicy.class))
                .orElseThrow(() -> ProblemException.notFound("scheduling policy", id));
    }

    private SchedulingPolicyView view(SchedulingPolicyRow row) {
        return SchedulingPolicyView.of(documents.read(row.document, SchedulingPolicy.class));
    }
}
