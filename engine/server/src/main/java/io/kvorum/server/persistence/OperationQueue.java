package io.kvorum.server.persistence;

import io.agroal.api.AgroalDataSource;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.operations.Operation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where any replica leaves what it was asked for, and the leader finds it. */
@ApplicationScoped
public class OperationQueue {

    private final AgroalDataSource dataSource;
    private final Documents documents;

    OperationQueue(AgroalDataSource dataSource, Documents documents) {
        this.dataSource = dataSource;
        this.documents = documents;
    }

    /** An earlier operation under the same key of the same requester. */
    public record Earlier(UUID operationId, String requestHash) {}

    /**
     * Stores a queued operation and tells the leader, both or neither.
     *
     * @param idempotencyKey the caller's key, or null
     * @return empty if it was stored; the earlier operation if one has the key already, and then nothing was stored
     */
    @Transactional
    public Optional<Earlier> submit(Operation operation, @Nullable String idempotencyKey, String requestHash)
            throws SQLException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Operation stored = operation.withMeta(new Meta(1, now, now));
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement insert = connection.prepareStatement("insert into operation (id, name, type, state,"
                    + " subject_kind, subject_id, parent_id, requested_by, idempotency_key, request_hash, revision,"
                    + " created_at, updated_at, document) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)"
                    + " on conflict (requested_by, idempotency_key) do nothing")) {
                insert.setObject(1, stored.id());
                insert.setString(2, stored.name());
                insert.setString(3, OperationTypes.of(stored.request()));
                insert.setString(4, stored.state().name());
                insert.setString(5, stored.about().kind().name());
                insert.setObject(6, stored.about().id());
                insert.setObject(7, stored.parentId());
                insert.setString(8, stored.requestedBy());
                insert.setString(9, idempotencyKey);
                insert.setString(10, requestHash);
                insert.setLong(11, 1);
                insert.setTimestamp(12, Timestamp.from(now));
                insert.setTimestamp(13, Timestamp.from(now));
                insert.setString(14, documents.write(stored));
                if (insert.executeUpdate() == 0) {
                    return Optional.of(earlier(stored.requestedBy(), idempotencyKey));
                }
            }
            notify(connection, stored.id());
        }
        return Optional.empty();
    }

    private static Earlier earlier(String requestedBy, @Nullable String key) {
        OperationRow row = OperationRow.<OperationRow>find("requestedBy = ?1 and idempotencyKey = ?2", requestedBy, key)
                .firstResultOptional()
                .orElseThrow();
        return new Earlier(row.id, row.requestHash == null ? "" : row.requestHash);
    }

    private static void notify(Connection connection, UUID id) throws SQLException {
        try (PreparedStatement notify = connection.prepareStatement("select pg_notify('kvorum_operation', ?)")) {
            notify.setString(1, id.toString());
            notify.execute();
        }
    }

    /** Asks the leader, whoever that is, to call an operation off. */
    @Transactional
    public void cancel(UUID operationId, String by) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement insert = connection.prepareStatement("insert into operation_cancel"
                    + " (operation_id, requested_by, requested_at) values (?, ?, now()) on conflict do nothing")) {
                insert.setObject(1, operationId);
                insert.setString(2, by);
                insert.executeUpdate();
            }
            notify(connection, operationId);
        }
    }

    /** That an operation shall be called off. */
    public record Cancellation(UUID operationId, String by) {}

    /** Of operations that have not ended. */
    @Transactional
    public List<Cancellation> cancellations() throws SQLException {
        List<Cancellation> asked = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select operation_id, c.requested_by from"
                        + " operation_cancel c join operation o on o.id = operation_id"
                        + " where o.state in ('QUEUED', 'RUNNING') order by requested_at");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                asked.add(new Cancellation(rows.getObject(1, UUID.class), rows.getString(2)));
            }
        }
        return asked;
    }

    /** Operations nobody has begun, oldest first. */
    @Transactional
    public List<Operation> queued() {
        return OperationRow.<OperationRow>stream("state = 'QUEUED' order by createdAt, id")
                .map(row -> documents.read(row.document, Operation.class))
                .toList();
    }

    @Transactional
    public Optional<Operation> find(UUID id) {
        return OperationRow.<OperationRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, Operation.class));
    }
}
