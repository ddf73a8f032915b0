package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** An affinity group as it is stored. */
@Entity
@Immutable
@Table(name = "affinity_group")
@SuppressWarnings("NullAway.Init")
public class AffinityGroupRow extends StoredRow {

    @Column(name = "cluster_id")
    public UUID clusterId;
}
