/** {@code deploy/bench placement}: how fast the scheduler decides. */
@NullMarked
package io.kvorum.simulator.placement;

import org.jspecify.annotations.NullMarked;
