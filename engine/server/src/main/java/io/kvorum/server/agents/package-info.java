/** Connections to host agents, and the words of their contract. */
@NullMarked
package io.kvorum.server.agents;

import org.jspecify.annotations.NullMarked;
