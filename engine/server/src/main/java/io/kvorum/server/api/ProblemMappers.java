package io.kvorum.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Every error as problem details; never a stack trace. */
public class ProblemMappers {

    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);
    static final String MEDIA_TYPE = "application/problem+json";

    @ServerExceptionMapper
    public Response map(ProblemException e) {
        return response(ProblemView.of(e.problem(), e.explanation()));
    }

    @ServerExceptionMapper(priority = 1)
    public Response map(AuthenticationFailedException e) {
        return unauthorized();
    }

    @ServerExceptionMapper(priority = 1)
    public Response map(UnauthorizedException e) {
        return unauthorized();
    }

    @ServerExceptionMapper(priority = 1)
    public Response map(ForbiddenException e) {
        return response(ProblemView.of("forbidden", "Forbidden", 403, "You may not do that."));
    }

    static Response unauthorized() {
        return response(ProblemView.of(
                "unauthorized",
                "Who are you?",
                401,
                "Log in at /api/v1/session, or send a token as 'Authorization: Bearer …'. A session also needs the"
                        + " header X-Kvorum-Request for changes."));
    }

    /** Jackson's own mapper for this one would answer with names of classes. */
    @ServerExceptionMapper(priority = 1)
    public Response map(MismatchedInputException e) {
        return unreadable(e, "Must be " + expected(e.getTargetType()) + ".");
    }

    @ServerExceptionMapper(priority = 1)
    public Response map(JsonMappingException e) {
        return unreadable(
                e,
                e instanceof MismatchedInputException mismatch
                        ? "Must be " + expected(mismatch.getTargetType()) + "."
                        : "Cannot be read.");
    }

    private static Response unreadable(JsonMappingException e, String message) {
        String path = e.getPath().stream()
                .map(reference ->
                        reference.getFieldName() == null ? "[" + reference.getIndex() + "]" : reference.getFieldName())
                .collect(Collectors.joining("."))
                .replace(".[", "[");
        String field = path.isEmpty() ? "body" : path;
        return response(new ProblemView(
                "urn:kvorum:problem:invalid",
                "The request is not valid",
                400,
                "The field " + field + " cannot be read.",
                List.of(new ProblemView.FieldError(field, null, message)),
                null,
                null,
                null));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "something else";
        } else if (type == String.class) {
            return "a text";
        } else if (type == UUID.class) {
            return "an id such as 01234567-89ab-cdef-0123-456789abcdef";
        } else if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        } else if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a whole number that fits";
        } else if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return "an object";
    }

    @ServerExceptionMapper(priority = 1)
    public Response map(JsonProcessingException e) {
        return response(ProblemView.of(
                "invalid",
                "The request is not valid",
                400,
                "The body is not JSON: " + firstLine(e.getOriginalMessage())));
    }

    @ServerExceptionMapper
    public Response map(WebApplicationException e) {
        if (e.getCause() instanceof JsonMappingException cause) {
            return map(cause);
        }
        if (e.getCause() instanceof JsonProcessingException cause) {
            return map(cause);
        }
        int status = e.getResponse().getStatus();
        String title = Response.Status.fromStatusCode(status) == null
                ? "Error"
                : Response.Status.fromStatusCode(status).getReasonPhrase();
        return response(ProblemView.of("http-" + status, title, status, title + "."));
    }

    @ServerExceptionMapper
    public Response map(Throwable e) {
        String id = UUID.randomUUID().toString();
        LOG.errorf(e, "A request failed, error %s", id);
        return response(ProblemView.of(
                "internal", "The engine failed", 500, "The engine's log tells more under the error id " + id + "."));
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }

    private static Response response(ProblemView problem) {
        return Response.status(problem.status())
                .type(MEDIA_TYPE)
                .entity(problem)
                .build();
    }
}
