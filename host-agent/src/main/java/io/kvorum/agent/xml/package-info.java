/** XML as a tree, never as joined strings. */
@NullMarked
package io.kvorum.agent.xml;

import org.jspecify.annotations.NullMarked;
