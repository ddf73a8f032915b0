package io.kvorum.core.controller;

import java.time.Instant;

/**
 * The time an event carries.
 *
 * @param instant for records that people read
 * @param monotonicNanos for every decision that depends on time gone by
 */
public record Now(Instant instant, long monotonicNanos) {}
