package io.kvorum.server.persistence;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;

/** Deletes what is too old of the operations that have ended and of the event log, in short transactions. */
@ApplicationScoped
public class Retention {

    static final int BATCH = 1000;

    /** The parts of an operation that has not ended stay with it. */
    private static final String OPERATIONS = """
            delete from operation where id in (
              select id from operation o, (select cast(? as timestamptz) as time) limit_of_age
              where state not in ('QUEUED', 'RUNNING') and created_at < limit_of_age.time and updated_at < limit_of_age.time
                and not exists (select 1 from operation p where p.id = o.parent_id and p.state in ('QUEUED', 'RUNNING'))
              order by created_at limit ?)
            """;

    private static final String EVENTS = """
            delete from event_log where id in (select id from event_log where time < ? order by id limit ?)
            """;

    private final AgroalDataSource dataSource;

    Retention(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** How many operations were deleted that ended before then. */
    public long deleteOperations(Instant before) throws SQLException {
        return delete(OPERATIONS, before);
    }

    /** How many events were deleted that happened before then. */
    public long deleteEvents(Instant before) throws SQLException {
        return delete(EVENTS, before);
    }

    private long delete(String sql, Instant before) throws SQLException {
        long total = 0;
        int deleted;
        do {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setTimestamp(1, Timestamp.from(before));
                statement.setInt(2, BATCH);
                deleted = statement.executeUpdate();
            }
            total += deleted;
        } while (deleted == BATCH);
        return total;
    }
}
