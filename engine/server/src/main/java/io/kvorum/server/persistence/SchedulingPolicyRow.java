package io.kvorum.server.persistence;

import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** A scheduling policy of an operator as it is stored. */
@Entity
@Immutable
@Table(name = "scheduling_policy")
public class SchedulingPolicyRow extends StoredRow {}
