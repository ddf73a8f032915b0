package io.kvorum.server.leadership;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** The current term as PostgreSQL has it, for any replica. */
@ApplicationScoped
public class Terms {

    private final AgroalDataSource dataSource;

    Terms(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    public record Term(long epoch, String leader, String address, Instant since) {}

    public Term current() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select epoch, leader, address, since from term");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return new Term(
                    rows.getLong(1),
                    rows.getString(2),
                    rows.getString(3),
                    rows.getTimestamp(4).toInstant());
        } catch (SQLException e) {
            throw new IllegalStateException("The database cannot be reached", e);
        }
    }

    public long currentEpoch() {
        return current().epoch();
    }
}
