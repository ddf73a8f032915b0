/** Disks in folders. */
@NullMarked
package io.kvorum.agent.storage;

import org.jspecify.annotations.NullMarked;
