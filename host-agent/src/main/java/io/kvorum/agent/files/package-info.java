/** Files that are either as before or as after, never in between. */
@NullMarked
package io.kvorum.agent.files;

import org.jspecify.annotations.NullMarked;
