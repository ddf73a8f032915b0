/** An engine that is just enough to try the agent with. */
@NullMarked
package io.kvorum.agent.stub;

import org.jspecify.annotations.NullMarked;
