package io.kvorum.server.api;

import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.operations.Request;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.ImageRow;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Disk images: uploaded as a stream, checked on the host that takes them, never held in memory here. */
@Path("/api/v1/images")
@Tag(name = "Images")
@RunOnVirtualThread
public class ImageResource {

    private final Answers answers;
    private final ImageUploads uploads;
    private final EntityManager entities;
    private final Documents documents;

    ImageResource(Answers answers, ImageUploads uploads, EntityManager entities, Documents documents) {
        this.answers = answers;
        this.uploads = uploads;
        this.entities = entities;
        this.documents = documents;
    }

    @Schema(name = "Image")
    public record ImageView(
            UUID id,
            String name,
            UUID storageDomainId,
            @Schema(enumeration = {"qcow2", "raw"}) String format,

            @Schema(enumeration = {"uploading", "ready", "failed"})
            String state,

            @Nullable String stateReason,
            long uploadedBytes,
            long lengthBytes,
            @Nullable Long virtualSizeBytes,
            @Nullable String sha256,
            long revision,
            Instant createdAt,
            Instant updatedAt) {}

    @GET
    public Page<ImageView> list(@BeanParam PageRequest page) {
        return new Listing<>(ImageRow.class, page)
                .page(entities, row -> view(documents.read(row.document, Image.class)));
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ImageView.class)))
    public Response get(@PathParam("id") UUID id) {
        Image image = find(id);
        return Answers.one(view(image), image.meta().revision());
    }

    /** The body is the image's bytes, exactly as many as Content-Length says. */
    @POST
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = ImageView.class)))
    public Response upload(
            @QueryParam("name") @Nullable String name,
            @QueryParam("storageDomainId") @Nullable UUID storageDomainId,
            @QueryParam("format") @Nullable String format,
            @QueryParam("sha256") @Nullable String sha256,
            @HeaderParam("Content-Length") @Nullable Long length,
            InputStream body) {
        UUID id = answers.newId();
        Request.BeginImage begin = new Request.BeginImage(
                id,
                Words.required("name", name),
                Words.required("storageDomainId", storageDomainId),
                Words.read("format", Words.required("format", format), DiskFormat.class, null),
                Words.required("Content-Length", length),
                sha256);
        Response refused = answers.configuration(begin, 200, () -> "");
        if (refused.getStatus() != 200) {
            return refused;
        }
        Image image = find(id);
        if (image.state() == Image.ImageState.READY) {
            // The same request again, under its Idempotency-Key: its bytes are here already.
            return Response.status(201).entity(view(image)).build();
        }
        if (uploads.running(id)) {
            throw ProblemException.conflict("Image " + image.name() + " is being sent already.");
        }
        answers.finish(uploads.send(image, body));
        return Response.status(201).entity(view(find(id))).build();
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response delete(@PathParam("id") UUID id) {
        return answers.work(new Request.DeleteImage(id));
    }

    private Image find(UUID id) {
        entities.clear();
        return ImageRow.<ImageRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, Image.class))
                .orElseThrow(() -> ProblemException.notFound("image", id));
    }

    private ImageView view(Image image) {
        boolean ready = image.state() == Image.ImageState.READY;
        return new ImageView(
                image.id(),
                image.name(),
                image.storageDomainId(),
                Words.of(image.format()),
                Words.of(image.state()),
                image.stateReason(),
                ready ? image.lengthBytes() : uploads.sentBytes(image.id()),
                image.lengthBytes(),
                ready ? image.virtualSizeBytes() : null,
                image.sha256(),
                image.meta().revision(),
                image.meta().createdAt(),
                image.meta().updatedAt());
    }
}
