package io.kvorum.server.controller;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;

/** How busy the controller is. */
@ApplicationScoped
public class LoopMetrics {

    private final Counter events;
    private final AtomicInteger waiting;

    LoopMetrics(MeterRegistry registry) {
        this.events = Counter.builder("kvorum.controller.events")
                .description("Events the controller has handled")
                .register(registry);
        this.waiting = registry.gauge("kvorum.controller.queue", new AtomicInteger());
    }

    void turn(int handled, int queued) {
        events.increment(handled);
        waiting.set(queued);
    }
}
