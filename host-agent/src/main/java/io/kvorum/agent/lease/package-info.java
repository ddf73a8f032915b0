/** Leases on shared storage, kept by sanlock: whoever holds a VM's lease may run it, and nobody else. */
@NullMarked
package io.kvorum.agent.lease;

import org.jspecify.annotations.NullMarked;
