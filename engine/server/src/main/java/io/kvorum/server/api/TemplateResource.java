package io.kvorum.server.api;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Request;
import io.kvorum.server.api.HardwareView.HardwareChange;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.TemplateRow;
import io.kvorum.server.persistence.VmRow;
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
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Templates. */
@Path("/api/v1/templates")
@Tag(name = "Templates")
@RunOnVirtualThread
public class TemplateResource {

    private final Answers answers;
    private final Views views;
    private final EntityManager entities;
    private final Documents documents;

    TemplateResource(Answers answers, Views views, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.views = views;
        this.entities = entities;
        this.documents = documents;
    }

    /** From an image or from a VM that is down: give one of the two. */
    public record TemplateCreation(
            @Nullable String name,
            @Nullable String description,
            @Nullable UUID dataCenterId,
            @Nullable HardwareChange hardware,
            @Nullable UUID imageId,
            @Nullable UUID vmId) {}

    @Schema(name = "TemplateDisk")
    public record TemplateDiskView(
            UUID id, @Nullable UUID imageId, long sizeBytes, String format, UUID storageDomainId) {}

    @Schema(name = "Template")
    public record TemplateView(
            UUID id,
            String name,
            String description,
            UUID dataCenterId,
            HardwareView hardware,
            List<TemplateDiskView> disks,
            boolean ready,
            long vmCount,
            long revision,
            Instant createdAt,
            Instant updatedAt) {}

    @GET
    public Page<TemplateView> list(
            @BeanParam PageRequest page, @QueryParam("dataCenterId") @Nullable UUID dataCenterId) {
        return new Listing<>(TemplateRow.class, page)
                .where("dataCenterId", dataCenterId)
                .page(entities, row -> view(documents.read(row.document, Template.class)));
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = TemplateView.class)))
    public Response get(@PathParam("id") UUID id) {
        TemplateView view = TemplateRow.<TemplateRow>findByIdOptional(id)
                .map(row -> view(documents.read(row.document, Template.class)))
                .orElseThrow(() -> ProblemException.notFound("template", id));
        return Answers.one(view, view.revision());
    }

    @POST
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response create(@Nullable TemplateCreation body) {
        TemplateCreation creation = Words.required("body", body);
        Vm vm = creation.vmId() == null ? null : views.vmRecord(creation.vmId());
        Hardware base = vm == null ? HardwareChange.DEFAULT : vm.spec().hardware();
        return answers.work(new Request.CreateTemplate(
                answers.newId(),
                Words.required("name", creation.name()),
                creation.description() == null ? "" : creation.description(),
                Words.required("dataCenterId", creation.dataCenterId()),
                creation.hardware() == null ? base : creation.hardware().applyTo(base),
                creation.imageId(),
                creation.vmId()));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response delete(@PathParam("id") UUID id) {
        return answers.work(new Request.DeleteTemplate(id));
    }

    private TemplateView view(Template template) {
        return new TemplateView(
                template.id(),
                template.name(),
                template.description(),
                template.dataCenterId(),
                HardwareView.of(template.hardware()),
                template.disks().stream()
                        .map(disk -> new TemplateDiskView(
                                disk.id(),
                                disk.imageId(),
                                disk.sizeBytes(),
                                Words.of(disk.format()),
                                disk.storageDomainId()))
                        .toList(),
                template.ready(),
                VmRow.count("templateId", template.id()),
                template.meta().revision(),
                template.meta().createdAt(),
                template.meta().updatedAt());
    }
}
