package io.kvorum.simulator;

import io.kvorum.simulator.script.RandomScript;
import io.kvorum.simulator.world.Violation;
import java.util.Optional;

/** Looks for a seed that breaks a rule. */
public final class Hunt {

    private Hunt() {}

    /** How many seeds from the first one it took, and the rule: {@code "12 runs-twice"}; empty if none of them did. */
    public static String first(long firstSeed, int seeds) {
        for (int i = 0; i < seeds; i++) {
            long seed = firstSeed + i;
            Optional<Violation> violation =
                    new Simulation(RandomScript.of(seed), seed).run().violation();
            if (violation.isPresent()) {
                return (i + 1) + " " + violation.get().rule();
            }
        }
        return "";
    }
}
