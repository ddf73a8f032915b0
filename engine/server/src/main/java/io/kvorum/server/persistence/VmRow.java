package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A VM as it is stored. */
@Entity
@Immutable
@Table(name = "vm")
@SuppressWarnings("NullAway.Init")
public class VmRow extends StoredRow {

    @Column(name = "cluster_id")
    public UUID clusterId;

    @Column(name = "template_id")
    public @Nullable UUID templateId;

    @Column(name = "instance_type_id")
    public @Nullable UUID instanceTypeId;

    @Column(name = "host_id")
    public @Nullable UUID hostId;

    @Column(name = "target_host_id")
    public @Nullable UUID targetHostId;

    @Column(name = "state")
    public String state;
}
