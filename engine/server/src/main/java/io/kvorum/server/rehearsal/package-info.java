/** Rehearsals of balancing settings, on the loads that the leader remembers. */
@NullMarked
package io.kvorum.server.rehearsal;

import org.jspecify.annotations.NullMarked;
