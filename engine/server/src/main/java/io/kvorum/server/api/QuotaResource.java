package io.kvorum.server.api;

import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.Quota.ClusterLimit;
import io.kvorum.core.inventory.Quota.Enforcement;
import io.kvorum.core.inventory.Quota.Limit;
import io.kvorum.core.inventory.QuotaUse.Amount;
import io.kvorum.core.operations.Request;
import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.QuotaRow;
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
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Quotas: how much the VMs that belong to one may use together while they run. */
@Path("/api/v1/quotas")
@Tag(name = "Quotas")
@RunOnVirtualThread
public class QuotaResource {

    private static final int DEFAULT_THRESHOLD_PERCENT = 80;

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;
    private final ControllerLoop loop;

    QuotaResource(Answers answers, EntityManager entities, Documents documents, ControllerLoop loop) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
        this.loop = loop;
    }

    /** A further limit in one cluster; 0 is no limit. */
    @Schema(name = "QuotaClusterLimit")
    public record ClusterLimitView(UUID clusterId, int vcpus, long memoryBytes) {}

    /** What is left out is no limit. */
    public record QuotaClusterLimitChange(
            @Nullable UUID clusterId,
            @Nullable Integer vcpus,
            @Nullable Long memoryBytes) {

        ClusterLimit read() {
            return new ClusterLimit(
                    Words.required("clusters.clusterId", clusterId),
                    new Limit(vcpus == null ? 0 : vcpus, memoryBytes == null ? 0 : memoryBytes));
        }
    }

    /** What may be given; what is left out stays, or takes its default. */
    public record QuotaChange(
            @Nullable String name,
            @Nullable String description,
            @Nullable UUID dataCenterId,

            @Schema(enumeration = {"disabled", "audit", "enforced"}) @Nullable
            String enforcement,

            @Schema(description = "In the whole data center; 0 for no limit.") @Nullable
            Integer vcpus,

            @Schema(description = "In the whole data center; 0 for no limit.") @Nullable
            Long memoryBytes,

            @Nullable List<QuotaClusterLimitChange> clusters,

            @Schema(description = "Of a limit; whoever goes beyond is warned of.") @Nullable
            Integer thresholdPercent) {

        Quota make(UUID id) {
            return applyTo(new Quota(
                    id,
                    Words.required("name", name),
                    "",
                    Words.required("dataCenterId", dataCenterId),
                    Enforcement.ENFORCED,
                    Limit.NONE,
                    List.of(),
                    DEFAULT_THRESHOLD_PERCENT,
                    Meta.NONE));
        }

        Quota applyTo(Quota before) {
            return new Quota(
                    before.id(),
                    name == null ? before.name() : name,
                    description == null ? before.description() : description,
                    dataCenterId == null ? before.dataCenterId() : dataCenterId,
                    Words.read("enforcement", enforcement, Enforcement.class, before.enforcement()),
                    new Limit(
                            vcpus == null ? before.limit().vcpus() : vcpus,
                            memoryBytes == null ? before.limit().memoryBytes() : memoryBytes),
                    clusters == null
                            ? before.clusters()
                            : clusters.stream()
                                    .map(limit ->
                                            Words.required("clusters", limit).read())
                                    .toList(),
                    thresholdPercent == null ? before.thresholdPercent() : thresholdPercent,
                    before.meta());
        }
    }

    @Schema(name = "Quota")
    public record QuotaView(
            UUID id,
            String name,
            String description,
            UUID dataCenterId,

            @Schema(enumeration = {"disabled", "audit", "enforced"})
            String enforcement,

            @Schema(description = "In the whole data center; 0 is no limit.")
            int vcpus,

            @Schema(description = "In the whole data center; 0 is no limit.")
            long memoryBytes,

            List<ClusterLimitView> clusters,
            int thresholdPercent,
            long revision,
            Instant createdAt,
            Instant updatedAt) {

        static QuotaView of(Quota quota) {
            return new QuotaView(
                    quota.id(),
                    quota.name(),
                    quota.description(),
                    quota.dataCenterId(),
                    Words.of(quota.enforcement()),
                    quota.limit().vcpus(),
                    quota.limit().memoryBytes(),
                    quota.clusters().stream()
                            .map(limit -> new ClusterLimitView(
                                    limit.clusterId(),
                                    limit.limit().vcpus(),
                                    limit.limit().memoryBytes()))
                            .toList(),
                    quota.thresholdPercent(),
                    quota.meta().revision(),
                    quota.meta().createdAt(),
                    quota.meta().updatedAt());
        }
    }

    /** What VMs use: those that run, and highly available ones that are to be restarted. */
    @Schema(name = "QuotaUsage")
    public record QuotaUsageView(int vms, long vcpus, long memoryBytes, List<ClusterUsageView> clusters) {

        static QuotaUsageView of(Map<UUID, Amount> byCluster) {
            List<ClusterUsageView> clusters = byCluster.entrySet().stream()
                    .map(entry -> new ClusterUsageView(
                            entry.getKey(),
                            entry.getValue().vms(),
                            entry.getValue().vcpus(),
                            entry.getValue().memoryBytes()))
                    .sorted(Comparator.comparing(ClusterUsageView::clusterId))
                    .toList();
            return new QuotaUsageView(
                    clusters.stream().mapToInt(ClusterUsageView::vms).sum(),
                    clusters.stream().mapToLong(ClusterUsageView::vcpus).sum(),
                    clusters.stream().mapToLong(ClusterUsageView::memoryBytes).sum(),
                    clusters);
        }
    }

    @Schema(name = "QuotaClusterUsage")
    public record ClusterUsageView(UUID clusterId, int vms, long vcpus, long memoryBytes) {}

    @GET
    public Page<QuotaView> list(@BeanParam PageRequest page, @QueryParam("dataCenterId") @Nullable UUID dataCenterId) {
        return new Listing<>(QuotaRow.class, page)
                .where("dataCenterId", dataCenterId)
                .page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = QuotaView.class)))
    public Response get(@PathParam("id") UUID id) {
        Quota found = find(id);
        return Answers.one(QuotaView.of(found), found.meta().revision());
    }

    /** What is used of it now, in the data center and by cluster. */
    @GET
    @AnsweredByLeader
    @Path("/{id}/usage")
    public QuotaUsageView usage(@PathParam("id") UUID id) {
        find(id);
        return QuotaUsageView.of(loop.quotaUse(id).orElseThrow(ProblemException::noLeader));
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = QuotaView.class)))
    public Response create(@Nullable QuotaChange body) {
        Quota made = Words.required("body", body).make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> QuotaView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = QuotaView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable QuotaChange body) {
        QuotaChange change = Words.required("body", body);
        Quota before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> QuotaView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.QUOTA, id, answers.expectedRevision()), 204, () -> "");
    }

    private Quota find(UUID id) {
        entities.clear();
        return QuotaRow.<QuotaRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, Quota.class))
                .orElseThrow(() -> ProblemException.notFound("quota", id));
    }

    private QuotaView view(QuotaRow row) {
        return QuotaView.of(documents.read(row.document, Quota.class));
    }
}
