package io.kvorum.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The short form of {@code deploy/bench simulate}. */
class SeedsTest {

    private static final int SEEDS = 500;

    @Test
    void nothingRunsTwiceAndEverythingEndsWhateverHappens() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        SimulateOptions options = new SimulateOptions(1, SEEDS, 0, 2, true, null);
        int violations = new Simulate(options, new PrintStream(printed, true, StandardCharsets.UTF_8)).run();
        assertEquals(0, violations, () -> printed.toString(StandardCharsets.UTF_8));
    }
}
