package io.kvorum.server.api;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.operations.ConfigRules;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.server.api.ClusterResource.BalancingChange;
import io.kvorum.server.api.ClusterResource.PowerSavingChange;
import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.persistence.ClusterRow;
import io.kvorum.server.rehearsal.RehearsalRun;
import io.kvorum.server.rehearsal.Rehearsals;
import io.kvorum.server.rehearsal.Trace;
import io.kvorum.server.rehearsal.Traces;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Rehearsals: what balancing would have done in the last days with other settings. Nothing is done by them. */
@Path("/api/v1/clusters/{clusterId}/rehearsals")
@Tag(name = "Rehearsals")
@AnsweredByLeader
@RunOnVirtualThread
public class RehearsalResource {

    private static final int DEFAULT_HOURS = 24;
    private static final int MOST_HOURS = 24 * 31;
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

    private final Rehearsals rehearsals;
    private final ControllerLoop loop;
    private final Answers answers;
    private final Traces traces;

    RehearsalResource(Rehearsals rehearsals, ControllerLoop loop, Answers answers, Traces traces) {
        this.traces = traces;
        this.rehearsals = rehearsals;
        this.loop = loop;
        this.answers = answers;
    }

    /** Settings to try, of which those that are left out stay as they are; and on which loads. */
    @Schema(name = "RehearsalRequest")
    public record RehearsalRequest(
            @Nullable String schedulingPolicy,
            @Nullable Integer highUtilizationPercent,
            @Nullable Integer cpuOverCommitDurationMinutes,
            @Nullable BalancingChange balancing,
            @Nullable PowerSavingChange powerSaving,
            @Nullable PolicyScheduleView policySchedule,

            @Schema(description = "The last hours; 24 if nothing is said.") @Nullable
            Integer hours,

            @Schema(description = "Instead of hours.") @Nullable
            Instant from,

            @Schema(description = "With from; now if nothing is said.") @Nullable
            Instant to,

            @Schema(description = "The loads of that trace instead of recorded ones; it is taken to begin at from.")
            @Nullable
            UUID traceId) {

        Cluster applyTo(Cluster before) {
            return new ClusterResource.ClusterChange(
                            null,
                            null,
                            null,
                            schedulingPolicy,
                            null,
                            highUtilizationPercent,
                            cpuOverCommitDurationMinutes,
                            null,
                            null,
                            null,
                            null,
                            balancing,
                            powerSaving,
                            policySchedule,
                            null,
                            null)
                    .applyTo(before);
        }

        /** When the trace is taken to begin; so that it ends about now, if nothing is said. */
        Instant beginOfTrace(Duration length) {
            if (hours != null || to != null) {
                throw ProblemException.invalid(
                        hours == null ? "to" : "hours",
                        hours == null ? to : hours,
                        "Goes with recorded loads; a trace is played whole, from its begin.");
            }
            if (from != null && (from.isBefore(EARLIEST) || from.isAfter(LATEST))) {
                throw ProblemException.invalid("from", from, "Must be from " + EARLIEST + " to " + LATEST + ".");
            }
            return from == null ? Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(length) : from;
        }

        Instant begin(Instant end) {
            if (from != null && hours != null) {
                throw ProblemException.invalid("hours", hours, "Give either hours, or from and to.");
            }
            if (from == null && to != null) {
                throw ProblemException.invalid("to", to, "Goes with from.");
            }
            int asked = hours == null ? DEFAULT_HOURS : hours;
            if (asked < 1 || asked > MOST_HOURS) {
                throw ProblemException.invalid("hours", asked, "Must be 1 to " + MOST_HOURS + ".");
            }
            Instant begin = from == null ? end.minus(Duration.ofHours(asked)) : from;
            if (!begin.isBefore(end)) {
                throw ProblemException.invalid("from", begin, "Must be before to, which is " + end + ".");
            }
            return begin;
        }
    }

    /** The newest first, without single moves, hosts and timelines; the last ones are kept, in the leader's memory. */
    @GET
    public List<RehearsalView> list(@PathParam("clusterId") UUID clusterId) {
        known(clusterId);
        return rehearsals.of(clusterId).stream()
                .map(run -> RehearsalView.of(run).brief())
                .toList();
    }

    @GET
    @Path("/{id}")
    public RehearsalView get(@PathParam("clusterId") UUID clusterId, @PathParam("id") UUID id) {
        return RehearsalView.of(find(clusterId, id));
    }

    /** Begins one; its resource tells how far it is, and then what came of it. */
    @POST
    @APIResponse(responseCode = "202", content = @Content(schema = @Schema(implementation = RehearsalView.class)))
    public Response begin(@PathParam("clusterId") UUID clusterId, @Nullable RehearsalRequest body) {
        RehearsalRequest request = Words.required("body", body);
        known(clusterId);
        Optional<Trace> trace = request.traceId() == null ? Optional.empty() : Optional.of(trace(request.traceId()));
        Instant end = request.to() == null ? Instant.now() : request.to();
        Instant begin = trace.map(it -> request.beginOfTrace(it.length())).orElseGet(() -> request.begin(end));
        List<Entity> snapshot = loop.snapshot(clusterId).orElseThrow(ProblemException::noLeader);
        Cluster inUse = snapshot.stream()
                .filter(entity -> entity.id().equals(clusterId))
                .map(Cluster.class::cast)
                .findFirst()
                .orElseThrow(ProblemException::noLeader);
        Cluster proposed = request.applyTo(inUse);
        List<FieldProblem> problems = ConfigRules.problems(new Inventory(snapshot), proposed);
        if (!problems.isEmpty()) {
            throw new ProblemException(Problem.invalid(problems), null);
        }
        UUID id = answers.newId();
        String by = answers.actor();
        RehearsalRun run = trace.map(it -> rehearsals.begin(id, by, inUse, proposed, snapshot, it, begin))
                .orElseGet(() -> rehearsals.begin(id, by, inUse, proposed, snapshot, begin, end));
        return Response.accepted(RehearsalView.of(run))
                .location(URI.create("/api/v1/clusters/" + clusterId + "/rehearsals/" + run.id()))
                .build();
    }

    /** Calls it off if it runs, and forgets it. */
    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Forgotten")
    public Response remove(@PathParam("clusterId") UUID clusterId, @PathParam("id") UUID id) {
        rehearsals.remove(find(clusterId, id));
        return Response.noContent().build();
    }

    private Trace trace(UUID id) {
        return traces.find(id)
                .orElseThrow(() -> ProblemException.invalid(
                        "traceId", id, "There is no such trace; the leader keeps the last ones in its memory."));
    }

    private RehearsalRun find(UUID clusterId, UUID id) {
        known(clusterId);
        return rehearsals.find(clusterId, id).orElseThrow(() -> ProblemException.notFound("rehearsal", id));
    }

    private void known(UUID clusterId) {
        if (loop.epoch().isEmpty()) {
            throw ProblemException.noLeader();
        }
        if (ClusterRow.findByIdOptional(clusterId).isEmpty()) {
            throw ProblemException.notFound("cluster", clusterId);
        }
    }
}
