package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** An operation as it is stored. */
@Entity
@Immutable
@Table(name = "operation")
@SuppressWarnings("NullAway.Init")
public class OperationRow extends StoredRow {

    @Column(name = "type")
    public String type;

    @Column(name = "state")
    public String state;

    @Column(name = "subject_kind")
    public String subjectKind;

    @Column(name = "subject_id")
    public UUID subjectId;

    @Column(name = "parent_id")
    public @Nullable UUID parentId;

    @Column(name = "requested_by")
    public String requestedBy;

    @Column(name = "idempotency_key")
    public @Nullable String idempotencyKey;

    @Column(name = "request_hash")
    public @Nullable String requestHash;
}
