package io.kvorum.simulator;

import io.kvorum.simulator.script.Script;
import java.util.ArrayList;
import java.util.List;

/** Finds a shorter script that breaks the same rule, by leaving things out as long as it still does. */
public final class Shrinker {

    private static final int MAX_RUNS = 400;

    private final long seed;
    private final String rule;
    private int runs;

    public Shrinker(long seed, String rule) {
        this.seed = seed;
        this.rule = rule;
    }

    public Script shrink(Script script) {
        Script shortest = script;
        for (int size = Math.max(1, script.steps().size() / 2); size >= 1 && runs < MAX_RUNS; size /= 2) {
            for (int from = 0; from < shortest.steps().size() && runs < MAX_RUNS; ) {
                List<Script.Step> fewer = without(shortest.steps(), from, size);
                Script candidate = shortest.with(fewer);
                if (breaks(candidate)) {
                    shortest = candidate;
                } else {
                    from += size;
                }
            }
        }
        return withoutVms(shortest);
    }

    private Script withoutVms(Script script) {
        Script shortest = script;
        for (int from = 0; from < shortest.world().size() && runs < MAX_RUNS; ) {
            boolean vm = shortest.world().get(from).startsWith("vm ");
            Script candidate = shortest.withWorld(without(shortest.world(), from, 1));
            if (vm && breaks(candidate)) {
                shortest = candidate;
            } else {
                from++;
            }
        }
        return shortest;
    }

    private static <T> List<T> without(List<T> all, int from, int size) {
        List<T> fewer = new ArrayList<>(all.subList(0, from));
        fewer.addAll(all.subList(Math.min(all.size(), from + size), all.size()));
        return fewer;
    }

    private boolean breaks(Script script) {
        runs++;
        try {
            return new Simulation(script, seed)
                    .run()
                    .violation()
                    .filter(violation -> violation.rule().equals(rule))
                    .isPresent();
        } catch (IllegalArgumentException e) {
            return false; // Something names a thing that was left out.
        }
    }
}
