package io.kvorum.server.api;

import io.kvorum.server.security.Accounts;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The caller's tokens for automation. */
@Path("/api/v1/tokens")
@Tag(name = "Tokens")
@RunOnVirtualThread
public class TokenResource {

    private static final long MAX_SECONDS = Duration.ofDays(3650).toSeconds();

    private final Accounts accounts;
    private final SecurityIdentity identity;

    TokenResource(Accounts accounts, SecurityIdentity identity) {
        this.accounts = accounts;
        this.identity = identity;
    }

    /** {@code expiresInSeconds} null: it holds until it is revoked. */
    public record TokenCreation(
            @Nullable String name, @Nullable Long expiresInSeconds) {}

    @Schema(name = "Token")
    public record TokenView(
            UUID id,
            String name,
            @Nullable String secret,
            @Nullable Instant createdAt,
            @Nullable Instant expiresAt) {}

    @GET
    public io.kvorum.server.api.Page<TokenView> list() throws SQLException {
        List<TokenView> tokens = accounts.tokens(account()).stream()
                .map(token -> new TokenView(token.id(), token.name(), null, token.createdAt(), token.expiresAt()))
                .toList();
        return new Page<>(tokens, null);
    }

    /** The secret is shown now and never again. */
    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = TokenView.class)))
    public Response create(@Nullable TokenCreation body) throws SQLException {
        TokenCreation creation = Words.required("body", body);
        String name = Words.required("name", creation.name());
        if (name.isBlank() || name.length() > 64) {
            throw ProblemException.invalid("name", name, "Must be 1 to 64 characters.");
        }
        Long seconds = creation.expiresInSeconds();
        if (seconds != null && (seconds < 60 || seconds > MAX_SECONDS)) {
            throw ProblemException.invalid("expiresInSeconds", seconds, "Must be from 60 to " + MAX_SECONDS + ".");
        }
        Accounts.Issued issued =
                accounts.issueToken(account(), name, seconds == null ? null : Duration.ofSeconds(seconds));
        return Response.status(201)
                .entity(new TokenView(issued.id(), issued.name(), issued.secret(), Instant.now(), issued.expiresAt()))
                .build();
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Revoked")
    public Response revoke(@PathParam("id") UUID id) throws SQLException {
        if (!accounts.revokeToken(account(), id)) {
            throw ProblemException.notFound("token", id);
        }
        return Response.noContent().build();
    }

    private String account() {
        return identity.getPrincipal().getName();
    }
}
