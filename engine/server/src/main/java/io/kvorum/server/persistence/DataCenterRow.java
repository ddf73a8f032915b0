package io.kvorum.server.persistence;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A data center as it is stored. */
@Entity
@Immutable
@Table(name = "data_center")
@SuppressWarnings("NullAway.Init")
public class DataCenterRow extends StoredRow {

}
