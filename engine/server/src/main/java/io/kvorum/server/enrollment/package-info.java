/** How hosts join and renew their certificates. */
@NullMarked
package io.kvorum.server.enrollment;

import org.jspecify.annotations.NullMarked;
