/** PostgreSQL and ZooKeeper inside this process, for those who bring none. */
@NullMarked
package io.kvorum.server.embedded;

import org.jspecify.annotations.NullMarked;
