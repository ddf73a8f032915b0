/** Power switches of other hosts. */
@NullMarked
package io.kvorum.agent.fencing;

import org.jspecify.annotations.NullMarked;
