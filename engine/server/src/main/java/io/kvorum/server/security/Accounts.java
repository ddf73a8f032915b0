package io.kvorum.server.security;

import io.agroal.api.AgroalDataSource;
import io.kvorum.server.KvorumConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Who may use the API: accounts with passwords, sessions of the web UI, tokens of automation. */
@ApplicationScoped
public class Accounts {

    private static final Logger LOG = Logger.getLogger(Accounts.class);
    private static final String ADMIN = "admin";
    private static final int MAX_PASSWORD_CHARS = 256;

    /** Each hash takes 19 MiB for a moment. */
    private final Semaphore hashing = new Semaphore(2);

    private final AgroalDataSource dataSource;
    private final KvorumConfig config;
    private final LoginThrottle throttle = new LoginThrottle();

    Accounts(AgroalDataSource dataSource, KvorumConfig config) {
        this.dataSource = dataSource;
        this.config = config;
    }

    /** A session or token, with its secret: shown now and never again. */
    public record Issued(
            UUID id, String name, String secret, @Nullable Instant expiresAt) {}

    public record ApiToken(
            UUID id,
            String name,
            Instant createdAt,
            @Nullable Instant expiresAt) {}

    /** Too many wrong passwords. */
    public static final class ThrottledException extends Exception {
        private static final long serialVersionUID = 1;
    }

    /** Makes the admin account at the first start; its password is left in a file that only the engine's user can read, for its owner to delete. */
    void start(@Observes @Priority(20) StartupEvent event) throws SQLException, IOException {
        if (queryOne("select name from account where name = ?", ADMIN) != null) {
            return;
        }
        String password = Secrets.password();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into account (name, password_hash, created_at) select ?, ?, now()"
                                + " where not exists (select from account) on conflict do nothing")) {
            insert.setString(1, ADMIN);
            insert.setString(2, Secrets.hashPassword(password));
            if (insert.executeUpdate() == 1) {
                Path file = config.dataDir().toAbsolutePath().resolve("initial-admin-password");
                CertificateAuthority.writePrivate(file, password + "\n");
                LOG.infof("Made the account %s; its password is in %s: read it, then delete the file", ADMIN, file);
            }
        }
    }

    /** A session for that password, empty if it is wrong. */
    public Optional<Issued> logIn(String name, String password, String from)
            throws SQLException, InterruptedException, ThrottledException {
        if (!throttle.mayTry(name, from)) {
            throw new ThrottledException();
        }
        if (password.length() > MAX_PASSWORD_CHARS || !passwordMatches(name, password)) {
            throttle.failed(name, from);
            return Optional.empty();
        }
        throttle.succeeded(name, from);
        String secret = Secrets.random();
        Instant expires = Instant.now().plus(config.api().sessionLife());
        update(
                "insert into session (secret_hash, account, created_at, expires_at) values (?, ?, now(), ?)",
                Secrets.sha256(secret),
                name,
                Timestamp.from(expires));
        update("delete from session where expires_at < now()");
        return Optional.of(new Issued(new UUID(0, 0), name, secret, expires));
    }

    private boolean passwordMatches(String name, String password) throws SQLException, InterruptedException {
        String stored = queryOne("select password_hash from account where name = ?", name);
        hashing.acquire();
        try {
            // An unknown name takes as long as a wrong password.
            return Secrets.passwordMatches(password, stored == null ? unknown() : stored) && stored != null;
        } finally {
            hashing.release();
        }
    }

    /** A hash that no password matches; made when it is first needed, since it takes a while. */
    private static String unknown() {
        return Unknown.HASH;
    }

    private static final class Unknown {
        static final String HASH = Secrets.hashPassword(Secrets.random());
    }

    public void logOut(String sessionSecret) throws SQLException {
        update("delete from session where secret_hash = ?", Secrets.sha256(sessionSecret));
    }

    /** Whose session it is, if it still holds. */
    public Optional<String> sessionOf(String secret) throws SQLException {
        return Optional.ofNullable(queryOne(
                "select account from session where secret_hash = ? and expires_at > now()", Secrets.sha256(secret)));
    }

    /** Whose token it is, if it still holds. */
    public Optional<String> tokenOf(String secret) throws SQLException {
        return Optional.ofNullable(queryOne(
                "select account from api_token where secret_hash = ? and (expires_at is null or expires_at > now())",
                Secrets.sha256(secret)));
    }

    public Issued issueToken(String account, String name, @Nullable Duration life) throws SQLException {
        UUID id = UUID.randomUUID();
        String secret = "kv1." + Secrets.random();
        Instant expires = life == null ? null : Instant.now().plus(life);
        update(
                "insert into api_token (id, name, account, secret_hash, created_at, expires_at) values (?, ?, ?, ?, now(), ?)",
                id,
                name,
                account,
                Secrets.sha256(secret),
                expires == null ? null : Timestamp.from(expires));
        return new Issued(id, name, secret, expires);
    }

    public List<ApiToken> tokens(String account) throws SQLException {
        List<ApiToken> tokens = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select id, name, created_at, expires_at from api_token where account = ? order by name")) {
            statement.setString(1, account);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Timestamp expires = rows.getTimestamp(4);
                    tokens.add(new ApiToken(
                            rows.getObject(1, UUID.class),
                            rows.getString(2),
                            rows.getTimestamp(3).toInstant(),
                            expires == null ? null : expires.toInstant()));
                }
            }
        }
        return tokens;
    }

    public boolean revokeToken(String account, UUID id) throws SQLException {
        return update("delete from api_token where id = ? and account = ?", id, account) > 0;
    }

    private int update(String sql, @Nullable Object... parameters) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    private @Nullable String queryOne(String sql, String parameter) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }
}
