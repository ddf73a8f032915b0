/** One line a record. */
@NullMarked
package io.kvorum.agent.logging;

import org.jspecify.annotations.NullMarked;
