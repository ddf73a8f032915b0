/** The engine's process. */
@NullMarked
package io.kvorum.server;

import org.jspecify.annotations.NullMarked;
