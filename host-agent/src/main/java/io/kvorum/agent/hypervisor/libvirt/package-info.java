/** The real hypervisor: libvirt. */
@NullMarked
package io.kvorum.agent.hypervisor.libvirt;

import org.jspecify.annotations.NullMarked;
