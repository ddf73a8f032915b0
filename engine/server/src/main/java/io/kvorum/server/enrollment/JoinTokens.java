package io.kvorum.server.enrollment;

import io.agroal.api.AgroalDataSource;
import io.kvorum.server.KvorumConfig;
import io.kvorum.server.security.EngineIdentity;
import io.kvorum.server.security.Secrets;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Tokens with which hosts join, each for one cluster, for some uses and for some time. A token carries the engine's
 * endpoints and the fingerprint of its CA, so that a host trusts the right engine from the first byte.
 */
@ApplicationScoped
public class JoinTokens {

    private final AgroalDataSource dataSource;
    private final EngineIdentity identity;
    private final KvorumConfig config;

    JoinTokens(AgroalDataSource dataSource, EngineIdentity identity, KvorumConfig config) {
        this.dataSource = dataSource;
        this.identity = identity;
        this.config = config;
    }

    /** {@code token} is shown once and never again. */
    public record Issued(UUID id, String token, Instant expiresAt) {}

    public record Listed(
            UUID id, UUID clusterId, int usesLeft, String createdBy, Instant createdAt, Instant expiresAt) {}

    /** A use that was taken from a token. */
    public record Use(UUID tokenId, UUID clusterId, String createdBy) {}

    public Issued issue(UUID clusterId, int uses, Duration life, String by) throws SQLException {
        UUID id = UUID.randomUUID();
        String secret = Secrets.random();
        Instant expires = Instant.now().plus(life);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into join_token (id, cluster_id,"
                                + " secret_hash, uses_left, created_by, created_at, expires_at) values (?, ?, ?, ?, ?, now(), ?)")) {
            insert.setObject(1, id);
            insert.setObject(2, clusterId);
            insert.setString(3, Secrets.sha256(secret));
            insert.setInt(4, uses);
            insert.setString(5, by);
            insert.setTimestamp(6, Timestamp.from(expires));
            insert.executeUpdate();
        }
        return new Issued(id, token(secret), expires);
    }

    private String token(String secret) {
        String endpoints = config.enrollment()
                .endpoints()
                .orElseGet(() -> ownAddress() + ":" + config.enrollment().port());
        try {
            return "kj1."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(endpoints.getBytes(StandardCharsets.UTF_8))
                    + "." + identity.authority().fingerprint() + "." + secret;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String ownAddress() {
        try {
            return InetAddress.getLocalHost().getHostAddress();
        } catch (UnknownHostException e) {
            return "127.0.0.1";
        }
    }

    /** Takes one use of the token with that secret; empty if it is unknown, used up or expired. */
    public Optional<Use> take(String secret) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(
                        "update join_token set uses_left = uses_left - 1 where secret_hash = ? and uses_left > 0"
                                + " and expires_at > now() returning id, cluster_id, created_by")) {
            update.setString(1, Secrets.sha256(secret));
            try (ResultSet rows = update.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Use(
                                rows.getObject(1, UUID.class), rows.getObject(2, UUID.class), rows.getString(3)))
                        : Optional.empty();
            }
        }
    }

    /** The host was refused: its use was not one. */
    public void giveBack(Use use) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("update join_token set uses_left = uses_left + 1 where id = ?")) {
            update.setObject(1, use.tokenId());
            update.executeUpdate();
        }
    }

    public List<Listed> list() throws SQLException {
        List<Listed> tokens = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select id, cluster_id, uses_left, created_by,"
                                + " created_at, expires_at from join_token order by created_at desc limit 1000");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                tokens.add(new Listed(
                        rows.getObject(1, UUID.class),
                        rows.getObject(2, UUID.class),
                        rows.getInt(3),
                        rows.getString(4),
                        rows.getTimestamp(5).toInstant(),
                        rows.getTimestamp(6).toInstant()));
            }
        }
        return tokens;
    }

    public boolean revoke(UUID id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete = connection.prepareStatement("delete from join_token where id = ?")) {
            delete.setObject(1, id);
            return delete.executeUpdate() > 0;
        }
    }
}
