package io.kvorum.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleRingTest {

    private static final int WIDTH = Metric.OF_VMS;

    private static Sample sample(int number) {
        float[] values = new float[WIDTH];
        for (Metric metric : Metric.values()) {
            if (metric.ordinal() < WIDTH) {
                values[metric.ordinal()] = metric.unpack(metric.pack((number + metric.ordinal()) / 1000f));
            }
        }
        return new Sample(number * 1000L, values);
    }

    private static List<String> words(List<Sample> samples) {
        return samples.stream().map(Sample::toString).toList();
    }

    @Test
    void keepsTheLastOnesInTheirOrderHoweverManyCame() {
        for (int limit : new int[] {1, 5, 6, 7, 13, 180}) {
            SampleRing ring = new SampleRing(limit, WIDTH);
            for (int added = 1; added <= 3 * limit; added++) {
                ring.add(sample(added));

                List<Sample> expected = IntStream.rangeClosed(Math.max(1, added - limit + 1), added)
                        .mapToObj(SampleRingTest::sample)
                        .toList();
                assertEquals(words(expected), words(ring.inOrder()), added + " added to a ring of " + limit);
                assertEquals(Optional.of(sample(added).toString()), ring.last().map(Sample::toString));
            }
        }
    }

    @Test
    void hasNoneBeforeTheFirst() {
        assertEquals(List.of(), new SampleRing(3, WIDTH).inOrder());
        assertEquals(Optional.empty(), new SampleRing(3, WIDTH).last());
    }

    @Test
    void keepsThreeDigitsOfEverythingFromAnIdleVmToTheLargestHost() {
        assertKept(Metric.CPU, 0.001f, 0.5f, 1);
        assertKept(Metric.MEMORY, 64e6f, 1e9f, 24e12f);
        assertKept(Metric.DISK_READ, 4096, 1e9f, 1e12f);
        assertKept(Metric.DISK_READ_REQUESTS, 1, 1000, 5e6f);
        assertTrue(Float.isNaN(kept(Metric.NETWORK_SENT, Float.NaN)));
        assertTrue(Float.isNaN(kept(Metric.NETWORK_SENT, 1e20f)), "nobody sends as much");
    }

    private static void assertKept(Metric metric, float... values) {
        for (float value : values) {
            assertEquals(value, kept(metric, value), value / 1000, metric + " " + value);
        }
    }

    private static float kept(Metric metric, float value) {
        return metric.unpack(metric.pack(value));
    }
}
