/** What the cluster consists of: immutable records, and the inventory that indexes them. */
@NullMarked
package io.kvorum.core.inventory;

import org.jspecify.annotations.NullMarked;
