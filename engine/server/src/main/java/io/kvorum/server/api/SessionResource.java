package io.kvorum.server.api;

import io.kvorum.server.security.Accounts;
import io.kvorum.server.security.ApiAuthentication;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Sessions of the web UI. */
@Path("/api/v1/session")
@Tag(name = "Sessions")
@RunOnVirtualThread
public class SessionResource {

    private final Accounts accounts;
    private final SecurityIdentity identity;

    SessionResource(Accounts accounts, SecurityIdentity identity) {
        this.accounts = accounts;
        this.identity = identity;
    }

    public record Credentials(
            @Nullable String username, @Nullable String password) {}

    @Schema(name = "Session")
    public record SessionView(String username, @Nullable Instant expiresAt) {}

    @POST
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = SessionView.class)))
    public Response logIn(@Nullable Credentials credentials, @Context HttpServerRequest request)
            throws SQLException, InterruptedException {
        Credentials given = Words.required("body", credentials);
        String name = Words.required("username", given.username());
        String from =
                request.remoteAddress() == null ? "" : request.remoteAddress().host();
        try {
            return accounts.logIn(name, Words.required("password", given.password()), from)
                    .map(session -> Response.ok(new SessionView(name, session.expiresAt()))
                            .cookie(cookie(session.secret(), session.expiresAt(), request.isSSL()))
                            .build())
                    .orElseGet(() -> Response.status(401)
                            .type(ProblemMappers.MEDIA_TYPE)
                            .entity(ProblemView.of(
                                    "wrong-credentials", "Not logged in", 401, "The name or the password is wrong."))
                            .build());
        } catch (Accounts.ThrottledException e) {
            return Response.status(429)
                    .type(ProblemMappers.MEDIA_TYPE)
                    .header("Retry-After", "30")
                    .entity(ProblemView.of(
                            "too-many-failures",
                            "Too many failures",
                            429,
                            "Too many wrong passwords; try again in 30 s."))
                    .build();
        }
    }

    @GET
    public SessionView get() {
        return new SessionView(identity.getPrincipal().getName(), null);
    }

    @DELETE
    @APIResponse(responseCode = "204", description = "Logged out")
    public Response logOut(
            @CookieParam(ApiAuthentication.COOKIE) @Nullable String secret, @Context HttpServerRequest request)
            throws SQLException {
        if (secret != null) {
            accounts.logOut(secret);
        }
        return Response.noContent()
                .cookie(cookie("", Instant.EPOCH, request.isSSL()))
                .build();
    }

    private static NewCookie cookie(String secret, @Nullable Instant expires, boolean secure) {
        long seconds = expires == null
                ? 0
                : Math.max(0, Duration.between(Instant.now(), expires).toSeconds());
        return new NewCookie.Builder(ApiAuthentication.COOKIE)
                .value(secret)
                .path("/")
                .httpOnly(true)
                .secure(secure)
                .sameSite(NewCookie.SameSite.STRICT)
                .maxAge((int) seconds)
                .build();
    }
}
