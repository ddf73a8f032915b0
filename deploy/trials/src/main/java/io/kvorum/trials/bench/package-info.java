/** Benchmarks that anyone can run, by {@code deploy/bench NAME}. */
@NullMarked
package io.kvorum.trials.bench;

import org.jspecify.annotations.NullMarked;
