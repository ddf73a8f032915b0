package io.kvorum.server.metrics;

import io.kvorum.server.metrics.StatisticsStore.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The last samples of one host or VM, in columns that grow as they fill, so that those of a fleet fit into memory. */
final class SampleRing {

    private static final int FIRST_POINTS = 6;
    private static final int FIELDS = 6;

    private final int limit;
    private long[] epochMillis;
    private float[] fields;
    private int count;
    private int next;

    /** A ring that keeps the last {@code limit} samples. */
    SampleRing(int limit) {
        this.limit = limit;
        int points = Math.min(limit, FIRST_POINTS);
        epochMillis = new long[points];
        fields = new float[points * FIELDS];
    }

    synchronized void add(Sample sample) {
        if (count == epochMillis.length && count < limit) {
            int points = Math.min(limit, count * 2);
            epochMillis = Arrays.copyOf(epochMillis, points);
            fields = Arrays.copyOf(fields, points * FIELDS);
            next = count;
        }
        epochMillis[next] = sample.epochMillis();
        int at = next * FIELDS;
        fields[at] = sample.cpu();
        fields[at + 1] = sample.memoryBytes();
        fields[at + 2] = sample.diskRead();
        fields[at + 3] = sample.diskWritten();
        fields[at + 4] = sample.networkReceived();
        fields[at + 5] = sample.networkSent();
        count = Math.min(limit, count + 1);
        next = (next + 1) % epochMillis.length;
    }

    /** Oldest first. */
    synchronized List<Sample> inOrder() {
        List<Sample> ordered = new ArrayList<>(count);
        int oldest = count < epochMillis.length ? 0 : next;
        for (int i = 0; i < count; i++) {
            ordered.add(sample((oldest + i) % epochMillis.length));
        }
        return ordered;
    }

    synchronized Optional<Sample> last() {
        return count == 0 ? Optional.empty() : Optional.of(sample(Math.floorMod(next - 1, epochMillis.length)));
    }

    private Sample sample(int point) {
        int at = point * FIELDS;
        return new Sample(
                epochMillis[point],
                fields[at],
                fields[at + 1],
                fields[at + 2],
                fields[at + 3],
                fields[at + 4],
                fields[at + 5]);
    }
}
