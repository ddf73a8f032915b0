/** The one door to virtualization. */
@NullMarked
package io.kvorum.agent.hypervisor;

import org.jspecify.annotations.NullMarked;
