/** Networks of guests, as libvirt is told of them. */
@NullMarked
package io.kvorum.agent.network;

import org.jspecify.annotations.NullMarked;
