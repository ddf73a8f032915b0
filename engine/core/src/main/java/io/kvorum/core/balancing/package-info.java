/** Which running VMs should move, and where to. */
@NullMarked
package io.kvorum.core.balancing;

import org.jspecify.annotations.NullMarked;
