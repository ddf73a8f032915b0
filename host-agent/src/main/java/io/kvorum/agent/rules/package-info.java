/** What is accepted from outside. */
@NullMarked
package io.kvorum.agent.rules;

import org.jspecify.annotations.NullMarked;
