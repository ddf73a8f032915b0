package io.kvorum.server.persistence;

import io.agroal.api.AgroalDataSource;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import jakarta.enterprise.context.ApplicationScoped;
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

/**
 * Where any replica leaves what it was asked for, and the leader finds it. Each call is one statement and a transaction
 * by itself: a fleet's starts go through here.
 */
@ApplicationScoped
public class OperationQueue {

    /** An operation's document with its explanation, which has a column of its own. */
    static final String WHOLE_DOCUMENT =
            "case when explanation is null then document else document || jsonb_build_object('explanation', explanation) end";

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
     * @param requestHash what tells requests under one key apart; not needed without a key
     * @return empty if it was stored; the earlier operation if one has the key already, and then nothing was stored
     */
    public Optional<Earlier> submit(Operation operation, @Nullable String idempotencyKey, @Nullable String requestHash)
            throws SQLException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Operation stored = operation.withMeta(new Meta(1, now, now));
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("with stored as (insert into operation (id, name,"
                                + " type, state, subject_kind, subject_id, parent_id, requested_by, idempotency_key, request_hash,"
                                + " revision, created_at, updated_at, document)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)"
                                + " on conflict (requested_by, idempotency_key) where idempotency_key is not null"
                                + " do nothing returning id)"
                                + " select pg_notify('kvorum_operation', id::text) from stored")) {
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
            try (ResultSet told = insert.executeQuery()) {
                return told.next() ? Optional.empty() : Optional.of(earlier(connection, stored, idempotencyKey));
            }
        }
    }

    private static Earlier earlier(Connection connection, Operation operation, @Nullable String key)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select id, coalesce(request_hash, '') from operation where requested_by = ? and idempotency_key = ?")) {
            select.setString(1, operation.requestedBy());
            select.setString(2, key);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("The operation with the key " + key + " has just been deleted");
                }
                return new Earlier(row.getObject(1, UUID.class), row.getString(2));
            }
        }
    }

    /** Asks the leader, whoever that is, to call an operation off. */
    public void cancel(UUID operationId, String by) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "with asked as (insert into operation_cancel (operation_id, requested_by, requested_at)"
                                + " values (?, ?, now()) on conflict (operation_id) do nothing)"
                                + " select pg_notify('kvorum_operation', ?)")) {
            insert.setObject(1, operationId);
            insert.setString(2, by);
            insert.setString(3, operationId.toString());
            insert.execute();
        }
    }

    /** That an operation shall be called off. */
    public record Cancellation(UUID operationId, String by) {}

    /** Of operations that have not ended. */
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
    public List<Operation> queued() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "select document from operation where state = 'QUEUED' order by created_at, id")) {
            return read(select);
        }
    }

    public Optional<Operation> find(UUID id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select " + WHOLE_DOCUMENT + " from operation where id = ?")) {
            select.setObject(1, id);
            return read(select).stream().findFirst();
        }
    }

    public Optional<OperationState> state(UUID id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select state from operation where id = ?")) {
            select.setObject(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(OperationState.valueOf(row.getString(1))) : Optional.empty();
            }
        }
    }

    private List<Operation> read(PreparedStatement select) throws SQLException {
        List<Operation> operations = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                operations.add(documents.read(rows.getString(1), Operation.class));
            }
        }
        return operations;
    }
}
