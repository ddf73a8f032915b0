package io.kvorum.server.api;

import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.InstanceType.Size;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.operations.Request;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.InstanceTypeRow;
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
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Instance types: sizes for VMs that have names. */
@Path("/api/v1/instance-types")
@Tag(name = "Instance types")
@RunOnVirtualThread
public class InstanceTypeResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;

    InstanceTypeResource(Answers answers, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** What may be given; what is left out stays, or takes its default. */
    public record InstanceTypeChange(
            @Nullable String name,
            @Nullable String description,

            @Schema(description = "1 if left out. Sizes never change afterwards.") @Nullable
            Integer sockets,

            @Schema(description = "1 if left out.") @Nullable
            Integer coresPerSocket,

            @Schema(description = "1 if left out.") @Nullable
            Integer threadsPerCore,

            @Nullable Long memoryBytes,

            @Schema(description = "What the balloon leaves to the guest at least; all of the memory if left out.")
            @Nullable
            Long guaranteedMemoryBytes) {

        InstanceType make(UUID id) {
            long memory = Words.required("memoryBytes", memoryBytes);
            return applyTo(new InstanceType(
                    id, Words.required("name", name), "", new Size(1, 1, 1, memory, memory), Meta.NONE));
        }

        InstanceType applyTo(InstanceType before) {
            Size size = before.size();
            return new InstanceType(
                    before.id(),
                    name == null ? before.name() : name,
                    description == null ? before.description() : description,
                    new Size(
                            sockets == null ? size.sockets() : sockets,
                            coresPerSocket == null ? size.coresPerSocket() : coresPerSocket,
                            threadsPerCore == null ? size.threadsPerCore() : threadsPerCore,
                            memoryBytes == null ? size.memoryBytes() : memoryBytes,
                            guaranteedMemoryBytes == null ? size.guaranteedMemoryBytes() : guaranteedMemoryBytes),
                    before.meta());
        }
    }

    @Schema(name = "InstanceType")
    public record InstanceTypeView(
            UUID id,
            String name,
            String description,
            int sockets,
            int coresPerSocket,
            int threadsPerCore,
            long memoryBytes,
            long guaranteedMemoryBytes,
            @Schema(description = "VMs that name it.") long vmCount,
            long revision,
            Instant createdAt,
            Instant updatedAt) {}

    @GET
    public Page<InstanceTypeView> list(@BeanParam PageRequest page) {
        Page<InstanceType> types = new Listing<>(InstanceTypeRow.class, page).page(entities, this::read);
        return new Page<>(views(types.items()), types.nextCursor());
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = InstanceTypeView.class)))
    public Response get(@PathParam("id") UUID id) {
        InstanceType found = find(id);
        return Answers.one(view(found), found.meta().revision());
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = InstanceTypeView.class)))
    public Response create(@Nullable InstanceTypeChange body) {
        InstanceType made = Words.required("body", body).make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> view(find(made.id())));
    }

    /** Its name and its description; its sizes stay. */
    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = InstanceTypeView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable InstanceTypeChange body) {
        InstanceTypeChange change = Words.required("body", body);
        InstanceType before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> view(find(id)));
    }

    /** Only while no VM names it. */
    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.INSTANCE_TYPE, id, answers.expectedRevision()), 204, () -> "");
    }

    private InstanceType find(UUID id) {
        entities.clear();
        return InstanceTypeRow.<InstanceTypeRow>findByIdOptional(id)
                .map(this::read)
                .orElseThrow(() -> ProblemException.notFound("instance type", id));
    }

    private InstanceType read(InstanceTypeRow row) {
        return documents.read(row.document, InstanceType.class);
    }

    private InstanceTypeView view(InstanceType type) {
        return views(List.of(type)).getFirst();
    }

    private List<InstanceTypeView> views(List<InstanceType> types) {
        Map<Object, Long> vms = types.isEmpty()
                ? Map.of()
                : GroupedCounts.of(
                        entities,
                        "select instance_type_id, count(*) from vm_spec where instance_type_id in (:ids)"
                                + " group by instance_type_id",
                        Map.of("ids", types.stream().map(InstanceType::id).toList()));
        return types.stream()
                .map(type -> view(type, vms.getOrDefault(type.id(), 0L)))
                .toList();
    }

    private static InstanceTypeView view(InstanceType type, long vmCount) {
        Size size = type.size();
        return new InstanceTypeView(
                type.id(),
                type.name(),
                type.description(),
                size.sockets(),
                size.coresPerSocket(),
                size.threadsPerCore(),
                size.memoryBytes(),
                size.guaranteedMemoryBytes(),
                vmCount,
                type.meta().revision(),
                type.meta().createdAt(),
                type.meta().updatedAt());
    }
}
