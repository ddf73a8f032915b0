package io.kvorum.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agroal.api.AgroalDataSource;
import io.kvorum.server.EngineResource;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long ago, where no other test has left anything. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class RetentionTest {

    private static final Instant OLD = Instant.parse("2001-01-01T00:00:00Z");
    private static final Instant CUTOFF = Instant.parse("2002-01-01T00:00:00Z");
    private static final Instant YOUNG = Instant.parse("2003-01-01T00:00:00Z");

    @Inject
    Retention retention;

    @Inject
    AgroalDataSource dataSource;

    private final List<UUID> made = new ArrayList<>();

    @AfterEach
    void tidyUp() throws SQLException {
        for (UUID id : made) {
            update("delete from operation where id = ?", id);
        }
        update("delete from event_log where time < ?", Timestamp.from(Instant.parse("2004-01-01T00:00:00Z")));
    }

    @Test
    void forgetsOldOperationsThatHaveEndedAndNoOthers() throws SQLException {
        UUID ended = operation("SUCCEEDED", OLD, null);
        UUID failed = operation("FAILED", OLD, null);
        UUID young = operation("SUCCEEDED", YOUNG, null);
        // The leader of this engine reads what is queued only, so that this one is nobody's.
        UUID open = operation("RUNNING", OLD, null);
        UUID part = operation("SUCCEEDED", OLD, open);

        assertEquals(2, retention.deleteOperations(CUTOFF));

        assertEquals(List.of(0L, 0L, 1L, 1L, 1L), counts(ended, failed, young, open, part));
    }

    @Test
    void forgetsOldEventsHoweverManyThereAre() throws SQLException {
        int many = 2 * Retention.BATCH + 1;
        update(
                "insert into event_log (time, severity, code, message, actor)"
                        + " select ?, 'INFO', 'test', 'old', 'test' from generate_series(1, ?)",
                Timestamp.from(OLD),
                many);
        update(
                "insert into event_log (time, severity, code, message, actor) values (?, 'INFO', 'test', 'young', 'test')",
                Timestamp.from(YOUNG));

        assertEquals(many, retention.deleteEvents(CUTOFF));

        assertEquals(1, count("select count(*) from event_log where time < ?", Timestamp.from(YOUNG.plusSeconds(1))));
    }

    private UUID operation(String state, Instant updated, @Nullable UUID parent) throws SQLException {
        UUID id = UUID.randomUUID();
        made.add(id);
        update(
                "insert into operation (id, name, type, state, subject_kind, subject_id, parent_id, requested_by, revision,"
                        + " created_at, updated_at, document)"
                        + " values (?, 'old', 'start_vm', ?, 'VM', ?, ?, 'test', 1, ?, ?, '{}')",
                id,
                state,
                UUID.randomUUID(),
                parent,
                Timestamp.from(updated),
                Timestamp.from(updated));
        return id;
    }

    private List<Long> counts(UUID... ids) throws SQLException {
        List<Long> counts = new ArrayList<>();
        for (UUID id : ids) {
            counts.add(count("select count(*) from operation where id = ?", id));
        }
        return counts;
    }

    private long count(String sql, Object parameter) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private void update(String sql, @Nullable Object... parameters) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
