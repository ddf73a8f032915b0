/** Real disasters for a real cluster: what breaks, what goes on meanwhile, and what must never be seen. */
@NullMarked
package io.kvorum.trials.chaos;

import org.jspecify.annotations.NullMarked;
