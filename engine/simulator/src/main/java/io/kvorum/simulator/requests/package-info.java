/** {@code deploy/bench requests}: recorded requests for VMs, placed by the scheduler and by others. */
@NullMarked
package io.kvorum.simulator.requests;

import org.jspecify.annotations.NullMarked;
