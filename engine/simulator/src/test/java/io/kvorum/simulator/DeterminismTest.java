package io.kvorum.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.simulator.script.RandomScript;
import io.kvorum.simulator.script.Script;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DeterminismTest {

    @Test
    void theSameSeedWritesTheSameTraceByteForByte() {
        for (long seed = 7000; seed < 7010; seed++) {
            String first = trace(RandomScript.of(seed), seed);
            assertTrue(first.length() > 1000, "A trace that short proves nothing: " + first);
            assertEquals(first, trace(RandomScript.of(seed), seed));
        }
    }

    @Test
    void anotherSeedTakesAnotherCourse() {
        assertNotEquals(RandomScript.of(1).text(), RandomScript.of(2).text());
        Script script = RandomScript.of(1);
        assertNotEquals(trace(script, 1), trace(script, 2));
    }

    @Test
    void aScriptSurvivesBeingWrittenAndRead() {
        Script script = RandomScript.of(3);
        assertEquals(script.text(), Script.parse(script.text()).text());
    }

    private static String trace(Script script, long seed) {
        return new Simulation(script, seed)
                .run().trace().stream().map(Object::toString).collect(Collectors.joining("\n"));
    }
}
