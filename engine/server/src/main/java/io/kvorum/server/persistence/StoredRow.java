package io.kvorum.server.persistence;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Immutable;

/**
 * What every table of the inventory has. Rows are read here and written by {@link InventoryStore} only, in the leader's
 * transactions.
 */
@MappedSuperclass
@Immutable
@SuppressWarnings("NullAway.Init")
public abstract class StoredRow extends PanacheEntityBase {

    @Id
    public UUID id;

    @Column(nullable = false)
    public String name;

    @Column(nullable = false)
    public long revision;

    @Column(name = "created_at", nullable = false)
    public Instant createdAt;

    @Column(name = "updated_at", nullable = false)
    public Instant updatedAt;

    /** The whole record, as {@link Documents} writes it. */
    @Column(nullable = false, columnDefinition = "jsonb")
    @ColumnTransformer(read = "document::text", write = "?::jsonb")
    public String document;
}
