/** Measurements: of hosts and VMs for charts, of the engine for Prometheus. */
@NullMarked
package io.kvorum.server.metrics;

import org.jspecify.annotations.NullMarked;
