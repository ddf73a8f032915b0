package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A quota as it is stored. */
@Entity
@Immutable
@Table(name = "quota")
@SuppressWarnings("NullAway.Init")
public class QuotaRow extends StoredRow {

    @Column(name = "data_center_id")
    public UUID dataCenterId;
}
