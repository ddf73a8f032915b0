/** Who this host is: its id, keys and certificates, and whom it trusts. */
@NullMarked
package io.kvorum.agent.identity;

import org.jspecify.annotations.NullMarked;
