package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A storage domain as it is stored. */
@Entity
@Immutable
@Table(name = "storage_domain")
@SuppressWarnings("NullAway.Init")
public class StorageDomainRow extends StoredRow {

    @Column(name = "data_center_id")
    public UUID dataCenterId;

    @Column(name = "host_id")
    public @Nullable UUID hostId;
}
