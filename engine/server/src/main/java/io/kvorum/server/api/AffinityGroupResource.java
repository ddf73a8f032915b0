package io.kvorum.server.api;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.operations.Request;
import io.kvorum.core.scheduling.BrokenRule;
import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.persistence.AffinityGroupRow;
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
import jakarta.ws.rs.QueryParam;
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

/** Affinity groups. */
@Path("/api/v1/affinity-groups")
@Tag(name = "Affinity groups")
@RunOnVirtualThread
public class AffinityGroupResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;
    private final ControllerLoop loop;

    AffinityGroupResource(Answers answers, EntityManager entities, Documents documents, ControllerLoop loop) {
        this.loop = loop;
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
    }

    /** A VM of the group; members of the same partition are not kept apart, null is a partition of its own. */
    @Schema(name = "AffinityMember")
    public record MemberView(UUID vmId, @Nullable Integer partition) {}

    /** What may be given; what is left out stays, or takes its default. */
    public record AffinityGroupChange(
            @Nullable String name,
            @Nullable String description,
            @Nullable UUID clusterId,

            @Schema(enumeration = {"none", "affinity", "hard_affinity", "anti_affinity", "hard_anti_affinity"})
            @Nullable
            String vmRule,

            @Schema(enumeration = {"host", "fault_domain"}) @Nullable
            String level,

            @Nullable List<AffinityMemberChange> members,

            @Schema(enumeration = {"none", "affinity", "hard_affinity", "anti_affinity", "hard_anti_affinity"})
            @Nullable
            String hostRule,

            @Nullable List<UUID> hostIds) {

        AffinityGroup make(UUID id) {
            return applyTo(new AffinityGroup(
                    id,
                    Words.required("name", name),
                    "",
                    Words.required("clusterId", clusterId),
                    Rule.NONE,
                    Level.HOST,
                    Rule.NONE,
                    List.of(),
                    List.of(),
                    Meta.NONE));
        }

        AffinityGroup applyTo(AffinityGroup before) {
            if (hostIds != null && hostIds.stream().anyMatch(Objects::isNull)) {
                throw ProblemException.invalid("hostIds", null, "Must be a list of ids of hosts, without null.");
            }
            return new AffinityGroup(
                    before.id(),
                    name == null ? before.name() : name,
                    description == null ? before.description() : description,
                    clusterId == null ? before.clusterId() : clusterId,
                    Words.read("vmRule", vmRule, Rule.class, before.vms()),
                    Words.read("level", level, Level.class, before.level()),
                    Words.read("hostRule", hostRule, Rule.class, before.hosts()),
                    members == null ? before.members() : read(members),
                    hostIds == null ? before.hostIds() : hostIds,
                    before.meta());
        }

        private static List<Member> read(List<AffinityMemberChange> members) {
            return members.stream()
                    .map(member -> new Member(
                            Words.required(
                                    "members.vmId",
                                    Words.required("members", member).vmId()),
                            member.partition()))
                    .toList();
        }
    }

    public record AffinityMemberChange(
            @Nullable UUID vmId, @Nullable Integer partition) {}

    @Schema(name = "AffinityGroup")
    public record AffinityGroupView(
            UUID id,
            String name,
            String description,
            UUID clusterId,

            @Schema(enumeration = {"none", "affinity", "hard_affinity", "anti_affinity", "hard_anti_affinity"})
            String vmRule,

            @Schema(enumeration = {"host", "fault_domain"}) String level,
            List<MemberView> members,

            @Schema(enumeration = {"none", "affinity", "hard_affinity", "anti_affinity", "hard_anti_affinity"})
            String hostRule,

            List<UUID> hostIds,
            long revision,
            Instant createdAt,
            Instant updatedAt) {

        static AffinityGroupView of(AffinityGroup group) {
            return new AffinityGroupView(
                    group.id(),
                    group.name(),
                    group.description(),
                    group.clusterId(),
                    Words.of(group.vms()),
                    Words.of(group.level()),
                    group.members().stream()
                            .map(member -> new MemberView(member.vmId(), member.partition()))
                            .toList(),
                    Words.of(group.hosts()),
                    group.hostIds(),
                    group.meta().revision(),
                    group.meta().createdAt(),
                    group.meta().updatedAt());
        }
    }

    /** A rule that a VM breaks where it runs; {@code hard} ones no new placement breaks. */
    @Schema(name = "BrokenRule")
    public record BrokenRuleView(
            UUID groupId, String groupName, UUID vmId, String vmName, UUID hostId, boolean hard, String reason) {

        static BrokenRuleView of(BrokenRule broken) {
            return new BrokenRuleView(
                    broken.groupId(),
                    broken.groupName(),
                    broken.vmId(),
                    broken.vmName(),
                    broken.hostId(),
                    broken.hard(),
                    broken.reason());
        }
    }

    @GET
    public Page<AffinityGroupView> list(
            @BeanParam PageRequest page, @QueryParam("clusterId") @Nullable UUID clusterId) {
        return new Listing<>(AffinityGroupRow.class, page)
                .where("clusterId", clusterId)
                .page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AffinityGroupView.class)))
    public Response get(@PathParam("id") UUID id) {
        AffinityGroup found = find(id);
        return Answers.one(AffinityGroupView.of(found), found.meta().revision());
    }

    /** Rules that VMs break where they run now: of groups that came later, or of rules that are kept only if they can be. */
    @GET
    @AnsweredByLeader
    @Path("/broken-rules")
    public List<BrokenRuleView> brokenRules(@QueryParam("clusterId") @Nullable UUID clusterId) {
        return loop.brokenRules(Words.required("clusterId", clusterId)).orElseThrow(ProblemException::noLeader).stream()
                .map(BrokenRuleView::of)
                .toList();
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = AffinityGroupView.class)))
    public Response create(@Nullable AffinityGroupChange body) {
        AffinityGroup made = Words.required("body", body).make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> AffinityGroupView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AffinityGroupView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable AffinityGroupChange body) {
        AffinityGroupChange change = Words.required("body", body);
        AffinityGroup before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> AffinityGroupView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.AFFINITY_GROUP, id, answers.expectedRevision()), 204, () -> "");
    }

    private AffinityGroup find(UUID id) {
        entities.clear();
        return AffinityGroupRow.<AffinityGroupRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, AffinityGroup.class))
                .orElseThrow(() -> ProblemException.notFound("affinity group", id));
    }

    private AffinityGroupView view(AffinityGroupRow row) {
        return AffinityGroupView.of(documents.read(row.document, AffinityGroup.class));
    }
}
