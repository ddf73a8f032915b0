/** Consoles of guests. */
@NullMarked
package io.kvorum.agent.console;

import org.jspecify.annotations.NullMarked;
