package io.kvorum.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
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

    @ServerExceptionMapper(priority = 1)
    public Response map(JsonMappingException e) {
        String field = e.getPath().stream()
                .map(reference ->
                        reference.getFieldName() == null ? "[" + reference.getIndex() + "]" : reference.getFieldName())
                .collect(Collectors.joining("."));
        return response(new ProblemView(
                "urn:kvorum:problem:invalid",
                "The request is not valid",
                400,
                "The field " + field + " cannot be read.",
                List.of(new ProblemView.FieldError(field, null, firstLine(e.getOriginalMessage()))),
                null,
                null,
                null));
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
