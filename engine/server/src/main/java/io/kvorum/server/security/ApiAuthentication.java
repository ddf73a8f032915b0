package io.kvorum.server.security;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Bearer tokens and session cookies. A cookie alone never changes anything: the request must also carry a header that
 * other sites' pages cannot set.
 */
@ApplicationScoped
public class ApiAuthentication implements HttpAuthenticationMechanism {

    public static final String COOKIE = "kvorum_session";
    static final String REQUEST_HEADER = "X-Kvorum-Request";
    public static final String ADMIN_ROLE = "admin";

    private static final String UNAUTHORIZED = """
            {"type":"urn:kvorum:problem:unauthorized","title":"Who are you?","status":401,"detail":"Log in at \
            /api/v1/session, or send a token as 'Authorization: Bearer …'. A session also needs the header \
            X-Kvorum-Request for changes.","errors":[]}
            """;

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final Accounts accounts;
    private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();

    ApiAuthentication(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager manager) {
        String authorization = context.request().getHeader("Authorization");
        Cookie cookie = context.request().getCookie(COOKIE);
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            String secret = authorization.substring(7).strip();
            return look(() -> accounts.tokenOf(secret), true);
        }
        if (cookie != null) {
            boolean changes = !SAFE.contains(context.request().method());
            if (changes && context.request().getHeader(REQUEST_HEADER) == null) {
                return Uni.createFrom().nullItem();
            }
            return look(() -> accounts.sessionOf(cookie.getValue()), false);
        }
        return Uni.createFrom().nullItem();
    }

    private interface Lookup {
        Optional<String> account() throws SQLException;
    }

    private Uni<SecurityIdentity> look(Lookup lookup, boolean required) {
        Context request = Vertx.currentContext();
        return Uni.createFrom()
                .item(() -> {
                    try {
                        return lookup.account();
                    } catch (SQLException e) {
                        throw new IllegalStateException("Cannot read accounts: " + e.getMessage(), e);
                    }
                })
                .runSubscriptionOn(executor)
                .emitOn(task -> request.runOnContext(ignored -> task.run()))
                .flatMap(account -> account.isPresent()
                        ? Uni.createFrom().item(identity(account.get()))
                        : required
                                ? Uni.createFrom()
                                        .failure(new AuthenticationFailedException("The token does not hold."))
                                : Uni.createFrom().nullItem());
    }

    private static SecurityIdentity identity(String account) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(account))
                .addRole(ADMIN_ROLE)
                .build();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    /** Problem details, like every other error. */
    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        context.response()
                .setStatusCode(401)
                .putHeader("WWW-Authenticate", "Bearer")
                .putHeader("Content-Type", "application/problem+json");
        return Uni.createFrom()
                .completionStage(context.response().end(UNAUTHORIZED).toCompletionStage())
                .replaceWith(true);
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }
}
