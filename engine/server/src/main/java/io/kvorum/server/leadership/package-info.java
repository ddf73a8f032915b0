/** Who leads, and for which term. */
@NullMarked
package io.kvorum.server.leadership;

import org.jspecify.annotations.NullMarked;
