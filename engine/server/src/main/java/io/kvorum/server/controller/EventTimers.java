package io.kvorum.server.controller;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Timers that become events. */
final class EventTimers implements AutoCloseable {

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("controller-timers").daemon().factory());
    private final Map<Timer, ScheduledFuture<?>> running = new ConcurrentHashMap<>();
    private final Consumer<Event> events;

    EventTimers(Consumer<Event> events) {
        this.events = events;
    }

    /** Starts the timer anew if it runs already. */
    void start(Timer timer, Duration delay) {
        cancel(timer);
        running.put(timer, scheduler.schedule(() -> fire(timer), delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    void cancel(Timer timer) {
        ScheduledFuture<?> before = running.remove(timer);
        if (before != null) {
            before.cancel(false);
        }
    }

    private void fire(Timer timer) {
        running.remove(timer);
        events.accept(new Event.TimerFired(timer));
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
