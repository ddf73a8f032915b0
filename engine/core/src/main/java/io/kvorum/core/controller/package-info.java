/** Events in, effects out: the loop's body. */
@NullMarked
package io.kvorum.core.controller;

import org.jspecify.annotations.NullMarked;
