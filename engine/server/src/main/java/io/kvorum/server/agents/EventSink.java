package io.kvorum.server.agents;

import io.kvorum.core.controller.Event;
import java.util.function.Consumer;

/** Where the controller takes what hosts tell. {@link #accept} waits while it is full. */
public interface EventSink extends Consumer<Event> {

    /** Without waiting: false, and nothing is taken, while it is full. */
    boolean offer(Event event);
}
