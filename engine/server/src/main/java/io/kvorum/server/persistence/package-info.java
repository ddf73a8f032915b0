/** PostgreSQL: rows, the store of the inventory, the queue of operations. */
@NullMarked
package io.kvorum.server.persistence;

import org.jspecify.annotations.NullMarked;
