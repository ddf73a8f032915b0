package io.kvorum.server.api;

import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.server.KvorumConfig;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How one HTTP request becomes an operation, and the operation an answer. */
@RequestScoped
public class Answers {

    private final Submissions submissions;
    private final SecurityIdentity identity;
    private final KvorumConfig config;
    private final HttpHeaders headers;

    Answers(Submissions submissions, SecurityIdentity identity, KvorumConfig config, HttpHeaders headers) {
        this.submissions = submissions;
        this.identity = identity;
        this.config = config;
        this.headers = headers;
    }

    String actor() {
        return identity.getPrincipal().getName();
    }

    /** An id for a new thing: the same one again if the request is repeated under its Idempotency-Key. */
    UUID newId() {
        String key = headers.getHeaderString("Idempotency-Key");
        return key == null
                ? UUID.randomUUID()
                : UUID.nameUUIDFromBytes((actor() + "\n" + key).getBytes(StandardCharsets.UTF_8));
    }

    /** Work: 202 with the operation, unless it is refused at once. */
    Response work(Request request) {
        Operation operation = submit(request, false);
        refuse(operation);
        return accepted(operation);
    }

    /** Configuration: the changed thing, unless it takes longer than it should. */
    Response configuration(Request request, int status, Supplier<?> result) {
        Operation operation = submit(request, true);
        refuse(operation);
        if (!operation.state().ended()) {
            return accepted(operation);
        }
        if (operation.state() == OperationState.FAILED && operation.problem() != null) {
            throw new ProblemException(operation.problem(), operation.explanation());
        }
        return status == 204
                ? Response.noContent().build()
                : Response.status(status).entity(result.get()).build();
    }

    /** Ends what an upload began, without the caller's key: that belongs to its beginning. */
    void finish(Request.FinishImage request) {
        try {
            Operation operation =
                    submissions.runToEnd(request, actor(), config.api().configurationWait());
            if (request.failure() != null) {
                throw ProblemException.invalid("body", null, request.failure());
            }
            refuse(operation);
        } catch (SQLException e) {
            throw new IllegalStateException("The database cannot be reached", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    Operation submit(Request request, boolean toEnd) {
        String key = headers.getHeaderString("Idempotency-Key");
        try {
            return toEnd
                    ? submissions.runToEnd(request, actor(), key, config.api().configurationWait())
                    : submissions.begin(request, actor(), key, config.api().configurationWait());
        } catch (SQLException e) {
            throw new IllegalStateException("The database cannot be reached", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private static void refuse(Operation operation) {
        Problem problem = operation.problem();
        boolean refused = operation.state() == OperationState.REFUSED;
        boolean failedAtOnce =
                operation.state() == OperationState.FAILED && operation.steps().isEmpty();
        if ((refused || failedAtOnce) && problem != null) {
            throw new ProblemException(problem, operation.explanation());
        }
    }

    private static Response accepted(Operation operation) {
        return Response.accepted(OperationView.of(operation))
                .location(URI.create("/api/v1/operations/" + operation.id()))
                .build();
    }

    /** The revision the caller has seen, if it says one. */
    @Nullable
    Long expectedRevision() {
        List<String> values = Objects.requireNonNullElse(headers.getRequestHeader("If-Match"), List.of());
        if (values.isEmpty() || values.getFirst().equals("*")) {
            return null;
        }
        try {
            return Long.parseLong(values.getFirst().replace("\"", "").strip());
        } catch (NumberFormatException e) {
            throw ProblemException.invalid("If-Match", values.getFirst(), "Must be the ETag of an earlier answer.");
        }
    }

    /** One thing with its ETag. */
    static Response one(Object view, long revision) {
        return Response.ok(view).tag(new EntityTag(Long.toString(revision))).build();
    }
}
