package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** An image as it is stored. */
@Entity
@Immutable
@Table(name = "image")
@SuppressWarnings("NullAway.Init")
public class ImageRow extends StoredRow {

    @Column(name = "storage_domain_id")
    public UUID storageDomainId;

    @Column(name = "state")
    public String state;
}
