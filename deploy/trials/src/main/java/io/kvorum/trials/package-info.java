/** Kvorum as its users meet it: through the API, on real hosts of the lab. */
@NullMarked
package io.kvorum.trials;

import org.jspecify.annotations.NullMarked;
