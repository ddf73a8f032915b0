package io.kvorum.server.security;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Which installation this replica belongs to: all replicas of one have the same CA, the same key of secrets, the same database. */
@ApplicationScoped
public class Installation {

    private static final String CHECK = "kvorum";

    private final AgroalDataSource dataSource;
    private final SecretBox secrets;
    private final String fingerprint;

    @Inject
    Installation(AgroalDataSource dataSource, SecretBox secrets, EngineIdentity identity)
            throws GeneralSecurityException {
        this(dataSource, secrets, identity.authority().fingerprint());
    }

    Installation(AgroalDataSource dataSource, SecretBox secrets, String fingerprint) {
        this.dataSource = dataSource;
        this.secrets = secrets;
        this.fingerprint = fingerprint;
    }

    /** Of the CA: the installation's name for itself. */
    public String fingerprint() {
        return fingerprint;
    }

    /** Takes a new database for this installation; refuses to start on somebody else's. */
    void start(@Observes @Priority(5) StartupEvent event) throws SQLException {
        claimDatabase();
    }

    void claimDatabase() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into installation (ca_fingerprint, secrets_check, created_at)"
                            + " values (?, ?, now()) on conflict do nothing")) {
                insert.setString(1, fingerprint);
                insert.setString(2, secrets.seal(CHECK));
                insert.executeUpdate();
            }
            try (PreparedStatement select =
                            connection.prepareStatement("select ca_fingerprint, secrets_check from installation");
                    ResultSet row = select.executeQuery()) {
                row.next();
                check(row.getString(1), row.getString(2));
            }
        }
    }

    private void check(String owner, String sealed) {
        if (!owner.equals(fingerprint)) {
            throw new IllegalStateException("This database belongs to the installation with the CA " + owner
                    + "; the CA in this engine's data folder is " + fingerprint
                    + ". For another replica of that installation, copy the folder ca of one of its replicas into this"
                    + " engine's data folder; for a new installation, use an empty database.");
        }
        try {
            secrets.open(sealed);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "ca/secrets.key in this engine's data folder is not the one that this database's secrets were sealed"
                            + " with. Copy it from another replica or from the backup.",
                    e);
        }
    }
}
