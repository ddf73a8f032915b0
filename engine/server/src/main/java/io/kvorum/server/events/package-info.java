/** What has changed, for everybody who wants to know at once. */
@NullMarked
package io.kvorum.server.events;

import org.jspecify.annotations.NullMarked;
