/** What is to happen, as text: written by hand for a scenario, or made from a seed. */
@NullMarked
package io.kvorum.simulator.script;

import org.jspecify.annotations.NullMarked;
