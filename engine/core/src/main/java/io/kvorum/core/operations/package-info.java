/** What each operation consists of, and the runner that takes it from step to step. */
@NullMarked
package io.kvorum.core.operations;

import org.jspecify.annotations.NullMarked;
