/** Who is alive, who is to be fenced, what is to be restarted. */
@NullMarked
package io.kvorum.core.availability;

import org.jspecify.annotations.NullMarked;
