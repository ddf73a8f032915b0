package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A host as it is stored. */
@Entity
@Immutable
@Table(name = "host")
@SuppressWarnings("NullAway.Init")
public class HostRow extends StoredRow {

    @Column(name = "cluster_id")
    public UUID clusterId;

    @Column(name = "state")
    public String state;
}
