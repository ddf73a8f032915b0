package io.kvorum.server.api;

import io.kvorum.server.metrics.Metric;
import io.kvorum.server.metrics.Sample;
import org.jspecify.annotations.Nullable;

/** Figures of the last measurement; null where it does not have them, or there was none. */
final class Measured {

    private Measured() {}

    static @Nullable Double share(@Nullable Sample sample, Metric metric) {
        return sample == null || !Float.isFinite(sample.of(metric)) ? null : (double) sample.of(metric);
    }

    static @Nullable Long bytes(@Nullable Sample sample, Metric metric) {
        return sample == null || !Float.isFinite(sample.of(metric)) ? null : (long) sample.of(metric);
    }
}
