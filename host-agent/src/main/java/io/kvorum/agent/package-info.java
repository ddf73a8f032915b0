/** The host agent: one process a host, next to libvirtd. */
@NullMarked
package io.kvorum.agent;

import org.jspecify.annotations.NullMarked;
