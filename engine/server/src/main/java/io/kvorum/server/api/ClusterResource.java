package io.kvorum.server.api;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Cluster.FencingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.PowerSavingPolicy;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.IoPolicy;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.PolicySchedule;
import io.kvorum.core.inventory.PressurePolicy;
import io.kvorum.core.operations.Request;
import io.kvorum.core.scheduling.Capacity;
import io.kvorum.server.api.ConfigViews.ClusterView;
import io.kvorum.server.api.MigrationPolicyView.MigrationPolicyChange;
import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.persistence.ClusterRow;
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
import java.time.Duration;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Clusters. */
@Path("/api/v1/clusters")
@Tag(name = "Clusters")
@RunOnVirtualThread
public class ClusterResource {

    private final Answers answers;
    private final EntityManager entities;
    private final Documents documents;
    private final ControllerLoop loop;
    private final FleetOverviews overviews;

    ClusterResource(
            Answers answers,
            EntityManager entities,
            Documents documents,
            ControllerLoop loop,
            FleetOverviews overviews) {
        this.answers = answers;
        this.entities = entities;
        this.documents = documents;
        this.loop = loop;
        this.overviews = overviews;
    }

    /** What may be given; what is left out stays, or takes its default. */
    public record ClusterChange(
            @Nullable String name,
            @Nullable String description,
            @Nullable UUID dataCenterId,
            @Nullable String schedulingPolicy,

            @Schema(description = "A scheduling policy of an operator for placement; empty for the built-in one.")
            @Nullable
            String customPolicyId,

            @Nullable Integer highUtilizationPercent,
            @Nullable Integer cpuOverCommitDurationMinutes,
            @Nullable Integer memoryOvercommitPercent,
            @Nullable String cpuModel,
            @Nullable FencingChange fencing,
            @Nullable AdmissionChange admission,
            @Nullable BalancingChange balancing,
            @Nullable PowerSavingChange powerSaving,
            @Nullable PolicyScheduleView policySchedule,
            @Nullable MigrationPolicyChange migrationPolicy,

            @Schema(
                    description =
                            "Machine type of its VMs, such as q35 or pc-q35-7.2; empty for the hosts' newest q35.")
            @Nullable
            String emulatedMachine) {

        Cluster make(UUID id) {
            return applyTo(
                    Cluster.named(id, Words.required("name", name), Words.required("dataCenterId", dataCenterId)));
        }

        Cluster applyTo(Cluster before) {
            SchedulingPolicy policy = before.scheduling();
            PolicyName base = Words.read("schedulingPolicy", schedulingPolicy, PolicyName.class, before.basePolicy());
            PolicySchedule schedule = schedule(before, base);
            return new Cluster(
                    before.id(),
                    name == null ? before.name() : name,
                    description == null ? before.description() : description,
                    dataCenterId == null ? before.dataCenterId() : dataCenterId,
                    new SchedulingPolicy(
                            schedule == null ? base : policy.name(),
                            highUtilizationPercent == null ? policy.highUtilizationPercent() : highUtilizationPercent,
                            cpuOverCommitDurationMinutes == null
                                    ? policy.cpuOverCommitDurationMinutes()
                                    : cpuOverCommitDurationMinutes,
                            memoryOvercommitPercent == null
                                    ? policy.memoryOvercommitPercent()
                                    : memoryOvercommitPercent),
                    cpuModel == null ? before.cpuModel() : cpuModel.isEmpty() ? null : cpuModel,
                    fencing == null ? before.fencing() : fencing.applyTo(before.fencing()),
                    admission == null ? before.admission() : admission.applyTo(before.admission()),
                    balancing == null ? before.balancing() : balancing.applyTo(before.balancing()),
                    before.meta(),
                    policyId(before),
                    powerSaving == null ? before.powerSaving() : powerSaving.applyTo(before.powerSaving()),
                    schedule,
                    migrationPolicy == null ? before.migration() : migrationPolicy.applyTo(before.migration()),
                    emulatedMachine == null
                            ? before.emulatedMachine()
                            : emulatedMachine.isEmpty() ? null : emulatedMachine);
        }

        private @Nullable PolicySchedule schedule(Cluster before, PolicyName base) {
            if (policySchedule != null) {
                return policySchedule.made(base);
            }
            PolicySchedule kept = before.schedule();
            return kept == null ? null : kept.otherwise(base);
        }

        private @Nullable UUID policyId(Cluster before) {
            if (customPolicyId == null) {
                return before.customPolicyId();
            }
            try {
                return customPolicyId.isEmpty() ? null : UUID.fromString(customPolicyId);
            } catch (IllegalArgumentException e) {
                throw ProblemException.invalid(
                        "customPolicyId", customPolicyId, "Must be the id of a scheduling policy, or empty.");
            }
        }
    }

    /** What is left out stays. */
    public record FencingChange(
            @Nullable Boolean enabled,
            @Nullable Integer stopWhenSilentPercent,
            @Nullable Boolean skipIfReachableThroughOthers,
            @Nullable Integer startingGraceSeconds,
            @Nullable Boolean switchOnAfterFence,
            @Nullable Boolean skipIfRenewingLease,
            @Nullable Boolean restartByLeaseWithoutWatchdog) {

        FencingPolicy applyTo(FencingPolicy before) {
            return new FencingPolicy(
                    enabled == null ? before.enabled() : enabled,
                    stopWhenSilentPercent == null ? before.stopWhenSilentPercent() : stopWhenSilentPercent,
                    skipIfReachableThroughOthers == null
                            ? before.skipIfReachableThroughOthers()
                            : skipIfReachableThroughOthers,
                    startingGraceSeconds == null ? before.startingGrace() : Duration.ofSeconds(startingGraceSeconds),
                    switchOnAfterFence == null ? before.switchOnAfterFence() : switchOnAfterFence,
                    skipIfRenewingLease == null ? before.skipIfRenewingLease() : skipIfRenewingLease,
                    restartByLeaseWithoutWatchdog == null
                            ? before.restartByLeaseWithoutWatchdog()
                            : restartByLeaseWithoutWatchdog);
        }
    }

    /** What is left out stays. */
    public record AdmissionChange(
            @Schema(enumeration = {"off", "warn", "enforce"}) @Nullable
            String mode,

            @Nullable Integer hostFailures) {

        AdmissionPolicy applyTo(AdmissionPolicy before) {
            return new AdmissionPolicy(
                    Words.read("admission.mode", mode, AdmissionMode.class, before.mode()),
                    hostFailures == null ? before.hostFailures() : hostFailures);
        }
    }

    /** What is left out stays. */
    public record BalancingChange(
            @Schema(enumeration = {"off", "review", "automatic"}) @Nullable
            String mode,

            @Nullable Integer aggressiveness,
            @Nullable Integer memoryHighPercent,
            @Nullable Integer criticalPercent,
            @Nullable Integer migrationsPerHost,
            @Nullable Integer migrationsPerCluster,
            @Nullable Integer diskHighPercent,
            @Nullable Integer networkHighPercent,
            @Nullable Long diskLimitBytesPerSecond,
            @Nullable Integer cpuPressureHighPercent,
            @Nullable Integer efficiencyLowPercent) {

        BalancingPolicy applyTo(BalancingPolicy before) {
            return new BalancingPolicy(
                    Words.read("balancing.mode", mode, BalancingMode.class, before.mode()),
                    aggressiveness == null ? before.aggressiveness() : aggressiveness,
                    memoryHighPercent == null ? before.memoryHighPercent() : memoryHighPercent,
                    criticalPercent == null ? before.criticalPercent() : criticalPercent,
                    migrationsPerHost == null ? before.migrationsPerHost() : migrationsPerHost,
                    migrationsPerCluster == null ? before.migrationsPerCluster() : migrationsPerCluster,
                    io(before.io()),
                    pressure(before.pressure()));
        }

        private IoPolicy io(IoPolicy before) {
            return new IoPolicy(
                    diskHighPercent == null ? before.diskHighPercent() : diskHighPercent,
                    networkHighPercent == null ? before.networkHighPercent() : networkHighPercent,
                    diskLimitBytesPerSecond == null ? before.diskLimitBytesPerSecond() : diskLimitBytesPerSecond);
        }

        private PressurePolicy pressure(PressurePolicy before) {
            return new PressurePolicy(
                    cpuPressureHighPercent == null ? before.cpuPressureHighPercent() : cpuPressureHighPercent,
                    efficiencyLowPercent == null ? before.efficiencyLowPercent() : efficiencyLowPercent);
        }
    }

    /** What is left out stays. */
    public record PowerSavingChange(
            @Nullable Integer lowUtilizationPercent,
            @Nullable Integer hostsInReserve,
            @Nullable Boolean enableAutomaticHostPowerManagement) {

        PowerSavingPolicy applyTo(PowerSavingPolicy before) {
            return new PowerSavingPolicy(
                    lowUtilizationPercent == null ? before.lowUtilizationPercent() : lowUtilizationPercent,
                    hostsInReserve == null ? before.hostsInReserve() : hostsInReserve,
                    enableAutomaticHostPowerManagement == null
                            ? before.enableAutomaticHostPowerManagement()
                            : enableAutomaticHostPowerManagement);
        }
    }

    @GET
    public Page<ClusterView> list(
            @BeanParam PageRequest page, @QueryParam("dataCenterId") @Nullable UUID dataCenterId) {
        return new Listing<>(ClusterRow.class, page)
                .where("dataCenterId", dataCenterId)
                .page(entities, this::view);
    }

    @GET
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ClusterView.class)))
    public Response get(@PathParam("id") UUID id) {
        Cluster found = find(id);
        return Answers.one(ClusterView.of(found), found.meta().revision());
    }

    /** What its hosts have and use together. */
    @GET
    @AnsweredByLeader
    @Path("/{id}/capacity")
    public CapacityView capacity(@PathParam("id") UUID id) {
        find(id);
        return CapacityView.of(overviews.now().clusters().getOrDefault(id, Capacity.NOTHING));
    }

    /** Which VMs would not be restarted if hosts failed now, and why; nothing is done. */
    @GET
    @AnsweredByLeader
    @Path("/{id}/failover")
    public FailoverView failover(@PathParam("id") UUID id) {
        find(id);
        return FailoverView.of(loop.proveFailover(id).orElseThrow(ProblemException::noLeader));
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = ClusterView.class)))
    public Response create(@Nullable ClusterChange body) {
        ClusterChange change = Words.required("body", body);
        Cluster made = change.make(answers.newId());
        return answers.configuration(new Request.Configure(made, 0), 201, () -> ClusterView.of(find(made.id())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ClusterView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable ClusterChange body) {
        ClusterChange change = Words.required("body", body);
        Cluster before = find(id);
        Long expected = answers.expectedRevision();
        return answers.configuration(
                new Request.Configure(
                        change.applyTo(before), expected == null ? before.meta().revision() : expected),
                200,
                () -> ClusterView.of(find(id)));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(
                new Request.RemoveConfig(Kind.CLUSTER, id, answers.expectedRevision()), 204, () -> "");
    }

    private Cluster find(UUID id) {
        entities.clear();
        return ClusterRow.<ClusterRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, Cluster.class))
                .orElseThrow(() -> ProblemException.notFound("cluster", id));
    }

    private ClusterView view(ClusterRow row) {
        return ClusterView.of(documents.read(row.document, Cluster.class));
    }
}
