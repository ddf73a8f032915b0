/** The shell around the controller: one thread that turns events into effects, and performs them. */
@NullMarked
package io.kvorum.server.controller;

import org.jspecify.annotations.NullMarked;
