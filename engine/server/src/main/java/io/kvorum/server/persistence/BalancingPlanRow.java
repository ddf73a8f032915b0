package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A plan of moves as it is stored. */
@Entity
@Immutable
@Table(name = "balancing_plan")
@SuppressWarnings("NullAway.Init")
public class BalancingPlanRow extends StoredRow {

    @Column(name = "cluster_id")
    public UUID clusterId;

    public String state;
}
