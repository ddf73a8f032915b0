/** A hypervisor that only models time, capacity and faults. */
@NullMarked
package io.kvorum.agent.hypervisor.simulated;

import org.jspecify.annotations.NullMarked;
