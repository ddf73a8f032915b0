/** Upgrades of the host's own software. */
@NullMarked
package io.kvorum.agent.upgrade;

import org.jspecify.annotations.NullMarked;
