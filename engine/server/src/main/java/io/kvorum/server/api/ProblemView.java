package io.kvorum.server.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.scheduling.Explanation;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Problem details (RFC 9457). */
@Schema(name = "Problem")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProblemView(
        String type,
        String title,
        int status,
        String detail,
        List<FieldError> errors,
        @Nullable SubjectView blocker,
        @Nullable UUID blockingOperationId,
        @Nullable ExplanationView explanation) {

    @Schema(name = "FieldError")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FieldError(String field, @Nullable String value, String message) {}

    static ProblemView of(Problem problem, @Nullable Explanation explanation) {
        return new ProblemView(
                "urn:kvorum:problem:"
                        + problem.type().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                title(problem.type()),
                status(problem.type()),
                problem.detail(),
                problem.errors().stream()
                        .map(error -> new FieldError(error.field(), error.value(), error.message()))
                        .toList(),
                problem.blocker() == null ? null : SubjectView.of(problem.blocker()),
                problem.blockingOperation(),
                explanation == null ? null : ExplanationView.of(explanation));
    }

    static ProblemView of(String type, String title, int status, String detail) {
        return new ProblemView("urn:kvorum:problem:" + type, title, status, detail, List.of(), null, null, null);
    }

    private static String title(Problem.Type type) {
        return switch (type) {
            case INVALID -> "The request is not valid";
            case NOT_FOUND -> "Not found";
            case CONFLICT -> "Not possible now";
            case STALE -> "Changed meanwhile";
            case NO_HOST -> "No host can take the VM";
            case HOST_FAILED -> "The host could not do it";
            case TIMED_OUT -> "No answer in time";
        };
    }

    private static int status(Problem.Type type) {
        return switch (type) {
            case INVALID -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT, NO_HOST, HOST_FAILED, TIMED_OUT -> 409;
            case STALE -> 412;
        };
    }
}
