/** The states of VMs, hosts and operations, one table each. */
@NullMarked
package io.kvorum.core.lifecycle;

import org.jspecify.annotations.NullMarked;
