package io.kvorum.server.persistence;

import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** An affinity label as it is stored. */
@Entity
@Immutable
@Table(name = "affinity_label")
public class AffinityLabelRow extends StoredRow {}
