/** What balancing would have done with recorded loads, before its settings are changed. */
@NullMarked
package io.kvorum.core.rehearsal;

import org.jspecify.annotations.NullMarked;
