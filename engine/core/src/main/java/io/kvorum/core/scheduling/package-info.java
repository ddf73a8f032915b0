/** Where a VM goes, and why: filters, weights, explanations. */
@NullMarked
package io.kvorum.core.scheduling;

import org.jspecify.annotations.NullMarked;
