package io.kvorum.server.api;

import io.kvorum.server.enrollment.JoinTokens;
import io.kvorum.server.persistence.ClusterRow;
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
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Tokens with which hosts join a cluster. */
@Path("/api/v1/join-tokens")
@Tag(name = "Join tokens")
@RunOnVirtualThread
public class JoinTokenResource {

    private static final int MAX_USES = 20_000;
    private static final long MAX_SECONDS = Duration.ofDays(30).toSeconds();
    private static final long DEFAULT_SECONDS = Duration.ofHours(1).toSeconds();

    private final JoinTokens tokens;
    private final SecurityIdentity identity;

    JoinTokenResource(JoinTokens tokens, SecurityIdentity identity) {
        this.tokens = tokens;
        this.identity = identity;
    }

    public record JoinTokenCreation(
            @Nullable UUID clusterId,
            @Nullable Integer uses,
            @Nullable Long expiresInSeconds) {}

    /** {@code uses} are those that are left; {@code token} and {@code command} are there only in the answer that makes the token. */
    @Schema(name = "JoinToken")
    public record JoinTokenView(
            UUID id,
            UUID clusterId,
            int uses,
            String createdBy,
            Instant createdAt,
            Instant expiresAt,
            @Nullable String token,
            @Nullable String command) {}

    @GET
    public io.kvorum.server.api.Page<JoinTokenView> list() throws SQLException {
        return new Page<>(
                tokens.list().stream()
                        .map(token -> new JoinTokenView(
                                token.id(),
                                token.clusterId(),
                                token.usesLeft(),
                                token.createdBy(),
                                token.createdAt(),
                                token.expiresAt(),
                                null,
                                null))
                        .toList(),
                null);
    }

    @POST
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = JoinTokenView.class)))
    public Response create(@Nullable JoinTokenCreation body) throws SQLException {
        JoinTokenCreation creation = Words.required("body", body);
        UUID clusterId = Words.required("clusterId", creation.clusterId());
        int uses = creation.uses() == null ? 1 : creation.uses();
        long seconds = creation.expiresInSeconds() == null ? DEFAULT_SECONDS : creation.expiresInSeconds();
        if (ClusterRow.findByIdOptional(clusterId).isEmpty()) {
            throw ProblemException.invalid("clusterId", clusterId, "There is no such cluster.");
        }
        if (uses < 1 || uses > MAX_USES) {
            throw ProblemException.invalid("uses", uses, "Must be from 1 to " + MAX_USES + ".");
        }
        if (seconds < 60 || seconds > MAX_SECONDS) {
            throw ProblemException.invalid("expiresInSeconds", seconds, "Must be from 60 to " + MAX_SECONDS + ".");
        }
        String by = identity.getPrincipal().getName();
        JoinTokens.Issued issued = tokens.issue(clusterId, uses, Duration.ofSeconds(seconds), by);
        return Response.status(201)
                .entity(new JoinTokenView(
                        issued.id(),
                        clusterId,
                        uses,
                        by,
                        Instant.now(),
                        issued.expiresAt(),
                        issued.token(),
                        "kvorum-agent join --token-file /dev/stdin --address <address of the host> <<< "
                                + issued.token()))
                .build();
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Revoked")
    public Response revoke(@PathParam("id") UUID id) throws SQLException {
        if (!tokens.revoke(id)) {
            throw ProblemException.notFound("join token", id);
        }
        return Response.noContent().build();
    }
}
