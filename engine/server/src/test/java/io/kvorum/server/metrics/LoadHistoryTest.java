package io.kvorum.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LoadHistoryTest {

    private static final long STEP_MILLIS = 300_000;
    private static final double GIB = 1 << 30;

    private static float[][] read(LoadColumn column, long from, int steps) {
        float[][] read = {new float[steps], new float[steps]};
        column.copy(from, read[0], read[1]);
        return read;
    }

    @Test
    void keepsTheMeanOfEachStepThatHasEnded() {
        LoadColumn column = new LoadColumn();
        column.add(10, 0.2, 2 * GIB, 100);
        column.add(10, 0.4, 4 * GIB, 100);
        column.add(12, 0.9, GIB, 100);
        column.add(11, 1, GIB, 100); // late
        column.add(13, 1, GIB, 100);

        float[][] read = read(column, 9, 5);
        assertTrue(Float.isNaN(read[0][0]) && Float.isNaN(read[0][2]) && Float.isNaN(read[0][4]));
        assertEquals(0.3, read[0][1], 0.001);
        assertEquals(3 * GIB, read[1][1], GIB / 100);
        assertEquals(0.9, read[0][3], 0.001);
        assertEquals(10, column.firstStep());
    }

    @Test
    void keepsTheLastStepsHoweverManyCame() {
        for (int limit : new int[] {1, 7, 12, 13, 40, 100}) {
            LoadColumn column = new LoadColumn();
            for (int step = 0; step < 300; step++) {
                column.add(step, step / 300.0, step * GIB, limit);
                int kept = (int) (step - column.firstStep());
                assertTrue(kept <= limit && kept >= Math.min(step, limit - limit / 8), kept + " of " + limit);
                float[][] read = read(column, column.firstStep(), kept);
                for (int i = 0; i < kept; i++) {
                    assertEquals((column.firstStep() + i) / 300.0, read[0][i], 0.001);
                    assertEquals((column.firstStep() + i) * GIB, read[1][i], GIB);
                }
            }
            column.add(300, 0.5, GIB, limit);
            column.add(10_000, 0.5, GIB, limit);
            column.add(10_001, 0.5, GIB, limit);
            assertEquals(10_000, column.firstStep(), "after a long silence it begins anew");
        }
    }

    @Test
    void keepsLessWhereThereAreMoreAndForgetsWhatIsGone() {
        LoadHistory history = new LoadHistory(Duration.ofMinutes(5), Duration.ofDays(7), 4_000_000);
        assertEquals(7 * 288, history.steps());
        for (long step = 0; step < 3; step++) {
            for (int i = 0; i < 5000; i++) {
                history.vm(new UUID(0, i), step * STEP_MILLIS, 0.5, GIB);
            }
        }
        assertEquals(150, history.steps(), "800 bytes each, 200 of them for itself, 4 a step");

        history.vm(new UUID(1, 0), 200 * STEP_MILLIS, 0.5, GIB);
        history.vm(new UUID(1, 0), 201 * STEP_MILLIS, 0.5, GIB);
        assertEquals(7 * 288, history.steps());
        assertThrows(
                IllegalArgumentException.class,
                () -> new LoadHistory(Duration.ofMinutes(5), Duration.ofMinutes(1), 4_000_000));
    }
}
