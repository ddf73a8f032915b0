/** Memory that guests give back to a host which runs short of it. */
@NullMarked
package io.kvorum.agent.balloon;

import org.jspecify.annotations.NullMarked;
