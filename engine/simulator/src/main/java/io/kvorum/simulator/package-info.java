/** Drives the real controller through disasters that a seed, or a script, chooses. */
@NullMarked
package io.kvorum.simulator;

import org.jspecify.annotations.NullMarked;
