/** The agent's settings. */
@NullMarked
package io.kvorum.agent.config;

import org.jspecify.annotations.NullMarked;
