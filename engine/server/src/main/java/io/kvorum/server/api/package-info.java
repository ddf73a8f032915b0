/** The REST API: what it takes, what it answers. */
@NullMarked
package io.kvorum.server.api;

import org.jspecify.annotations.NullMarked;
