package io.kvorum.server.api;

import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.rehearsal.Trace;
import io.kvorum.server.rehearsal.Traces;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Traces of CPU use to rehearse settings on, instead of what was recorded; the last four, in the leader's memory. */
@Path("/api/v1/rehearsal-traces")
@Tag(name = "Rehearsals")
@AnsweredByLeader
@RunOnVirtualThread
public class TraceResource {

    static final String CSV = "text/csv";

    private static final int DEFAULT_STEP_SECONDS = 300;
    private static final int LEAST_STEP_SECONDS = 30;
    private static final int MOST_STEP_SECONDS = 3600;
    private static final int MOST_NAME = 100;

    private final Traces traces;
    private final ControllerLoop loop;
    private final Answers answers;

    TraceResource(Traces traces, ControllerLoop loop, Answers answers) {
        this.traces = traces;
        this.loop = loop;
        this.answers = answers;
    }

    @Schema(name = "RehearsalTrace")
    public record TraceView(
            UUID id,
            String name,

            @Schema(description = "VMs of the trace.") int columns,
            int steps,
            long stepSeconds,
            Instant takenAt) {

        static TraceView of(Trace trace) {
            return new TraceView(
                    trace.id(),
                    trace.name(),
                    trace.columns().size(),
                    trace.steps(),
                    trace.step().toSeconds(),
                    trace.takenAt());
        }
    }

    /** The newest first. */
    @GET
    public List<TraceView> list() {
        led();
        return traces.all().stream().map(TraceView::of).toList();
    }

    /**
     * The body has a line a step, in it a percentage of CPU use for each VM, separated by commas, semicolons, tabs or spaces; the first
     * line may be names.
     */
    @POST
    @Consumes(CSV)
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = TraceView.class)))
    public Response take(
            @QueryParam("name") @Nullable String name,
            @QueryParam("stepSeconds") @Nullable Integer stepSeconds,
            InputStream body)
            throws IOException {
        led();
        int seconds = stepSeconds == null ? DEFAULT_STEP_SECONDS : stepSeconds;
        if (seconds < LEAST_STEP_SECONDS || seconds > MOST_STEP_SECONDS) {
            throw ProblemException.invalid(
                    "stepSeconds", seconds, "Must be from " + LEAST_STEP_SECONDS + " to " + MOST_STEP_SECONDS + ".");
        }
        String called = name == null || name.isBlank() ? "trace" : name.strip();
        if (called.length() > MOST_NAME || called.chars().anyMatch(Character::isISOControl)) {
            throw ProblemException.invalid(
                    "name", null, "At most " + MOST_NAME + " characters, no control characters.");
        }
        Trace trace = traces.take(answers.newId(), called, Duration.ofSeconds(seconds), body);
        return Response.status(201).entity(TraceView.of(trace)).build();
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Forgotten")
    public Response remove(@PathParam("id") UUID id) {
        led();
        if (!traces.remove(id)) {
            throw ProblemException.notFound("trace", id);
        }
        return Response.noContent().build();
    }

    private void led() {
        if (loop.epoch().isEmpty()) {
            throw ProblemException.noLeader();
        }
    }
}
