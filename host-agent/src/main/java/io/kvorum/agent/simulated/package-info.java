/** Many simulated hosts in one process. */
@NullMarked
package io.kvorum.agent.simulated;

import org.jspecify.annotations.NullMarked;
