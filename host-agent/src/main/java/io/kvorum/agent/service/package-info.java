/** The gRPC service of a host, written once for every hypervisor. */
@NullMarked
package io.kvorum.agent.service;

import org.jspecify.annotations.NullMarked;
