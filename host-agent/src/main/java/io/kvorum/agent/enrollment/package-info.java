/** How a host joins, and how it keeps its certificates fresh. */
@NullMarked
package io.kvorum.agent.enrollment;

import org.jspecify.annotations.NullMarked;
