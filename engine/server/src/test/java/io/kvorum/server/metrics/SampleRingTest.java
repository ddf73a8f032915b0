package io.kvorum.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.server.metrics.StatisticsStore.Sample;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleRingTest {

    private static Sample sample(int number) {
        return new Sample(number * 1000L, number, number + 0.1f, number + 0.2f, number + 0.3f, number + 0.4f, 0.5f);
    }

    @Test
    void keepsTheLastOnesInTheirOrderHoweverManyCame() {
        for (int limit : new int[] {1, 5, 6, 7, 13, 180}) {
            SampleRing ring = new SampleRing(limit);
            for (int added = 1; added <= 3 * limit; added++) {
                ring.add(sample(added));

                List<Sample> expected = IntStream.rangeClosed(Math.max(1, added - limit + 1), added)
                        .mapToObj(SampleRingTest::sample)
                        .toList();
                assertEquals(expected, ring.inOrder(), added + " added to a ring of " + limit);
                assertEquals(Optional.of(sample(added)), ring.last());
            }
        }
    }

    @Test
    void hasNoneBeforeTheFirst() {
        assertEquals(List.of(), new SampleRing(3).inOrder());
        assertEquals(Optional.empty(), new SampleRing(3).last());
    }
}
