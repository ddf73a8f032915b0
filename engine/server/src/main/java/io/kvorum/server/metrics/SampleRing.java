package io.kvorum.server.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The last samples of one host or VM, in columns that grow as they fill, so that those of a fleet fit into memory: four bytes a
 * sample, and two a {@link Metric}. Times are kept to the second.
 */
final class SampleRing {

    private static final int FIRST_POINTS = 6;
    private static final Metric[] METRICS = Metric.values();

    private final int limit;
    private final int width;
    private int[] epochSeconds;
    private short[] fields;
    private int count;
    private int next;

    /**
     * A ring that keeps the last samples.
     *
     * @param limit how many
     * @param width how many metrics, the first ones, they have
     */
    SampleRing(int limit, int width) {
        this.limit = limit;
        this.width = width;
        int points = Math.min(limit, FIRST_POINTS);
        epochSeconds = new int[points];
        fields = new short[points * width];
    }

    synchronized void add(Sample sample) {
        if (count == epochSeconds.length && count < limit) {
            int points = Math.min(limit, count * 2);
            epochSeconds = Arrays.copyOf(epochSeconds, points);
            fields = Arrays.copyOf(fields, points * width);
            next = count;
        }
        epochSeconds[next] = (int) (sample.epochMillis() / 1000);
        for (int metric = 0; metric < width; metric++) {
            fields[next * width + metric] = METRICS[metric].pack(sample.of(METRICS[metric]));
        }
        count = Math.min(limit, count + 1);
        next = (next + 1) % epochSeconds.length;
    }

    /** Oldest first. */
    synchronized List<Sample> inOrder() {
        List<Sample> ordered = new ArrayList<>(count);
        int oldest = count < epochSeconds.length ? 0 : next;
        for (int i = 0; i < count; i++) {
            ordered.add(sample((oldest + i) % epochSeconds.length));
        }
        return ordered;
    }

    synchronized Optional<Sample> last() {
        return count == 0 ? Optional.empty() : Optional.of(sample(Math.floorMod(next - 1, epochSeconds.length)));
    }

    private Sample sample(int point) {
        float[] values = new float[width];
        for (int metric = 0; metric < width; metric++) {
            values[metric] = METRICS[metric].unpack(fields[point * width + metric]);
        }
        return new Sample(Integer.toUnsignedLong(epochSeconds[point]) * 1000, values);
    }
}
