package io.kvorum.server.persistence;

import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** A data center as it is stored. */
@Entity
@Immutable
@Table(name = "data_center")
@SuppressWarnings("NullAway.Init")
public class DataCenterRow extends StoredRow {}
