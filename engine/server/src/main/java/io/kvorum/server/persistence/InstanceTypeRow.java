package io.kvorum.server.persistence;

import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** An instance type as it is stored. */
@Entity
@Immutable
@Table(name = "instance_type")
public class InstanceTypeRow extends StoredRow {}
