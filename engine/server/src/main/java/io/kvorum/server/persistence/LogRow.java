package io.kvorum.server.persistence;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A line of the log as it is stored. */
@Entity
@Immutable
@Table(name = "event_log")
@SuppressWarnings("NullAway.Init")
public class LogRow extends PanacheEntityBase {

    @Id
    public Long id;

    @Column(nullable = false)
    public Instant time;

    @Column(nullable = false)
    public String severity;

    @Column(nullable = false)
    public String code;

    @Column(nullable = false)
    public String message;

    @Column(name = "subject_kind")
    public @Nullable String subjectKind;

    @Column(name = "subject_id")
    public @Nullable UUID subjectId;

    @Column(name = "subject_name")
    public @Nullable String subjectName;

    @Column(name = "operation_id")
    public @Nullable UUID operationId;

    @Column(nullable = false)
    public String actor;
}
