package io.kvorum.server.metrics;

import java.util.Arrays;

/** What was measured of a host or VM at one time. */
public final class Sample {

    private final long epochMillis;
    private final float[] values;

    /** @param values by {@link Metric}, NaN for what is not known; not to be changed any more */
    Sample(long epochMillis, float[] values) {
        this.epochMillis = epochMillis;
        this.values = values;
    }

    public long epochMillis() {
        return epochMillis;
    }

    /** NaN if it is not known. */
    public float of(Metric metric) {
        return metric.ordinal() < values.length ? values[metric.ordinal()] : Float.NaN;
    }

    @Override
    public String toString() {
        return epochMillis + " " + Arrays.toString(values);
    }
}
