package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A network as it is stored. */
@Entity
@Immutable
@Table(name = "network")
@SuppressWarnings("NullAway.Init")
public class NetworkRow extends StoredRow {

    @Column(name = "data_center_id")
    public UUID dataCenterId;
}
