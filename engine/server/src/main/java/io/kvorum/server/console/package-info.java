/** Consoles of VMs, through the engine to the host. */
@NullMarked
package io.kvorum.server.console;

import org.jspecify.annotations.NullMarked;
