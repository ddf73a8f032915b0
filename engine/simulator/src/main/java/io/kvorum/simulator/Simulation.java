package io.kvorum.simulator;

import io.kvorum.simulator.script.Script;
import io.kvorum.simulator.world.Trace;
import io.kvorum.simulator.world.Violation;
import io.kvorum.simulator.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs one script in one world. */
public final class Simulation {

    /** What the last things under way are given once the faults have ended. */
    private static final Duration SETTLING = Duration.ofMinutes(20);

    private static final long LOOK = 2_000_000_000L;

    private final World world;
    private final Script script;

    public Simulation(Script script, long seed) {
        this.script = script;
        this.world = new World(script.setup(), seed);
        for (Script.Step step : script.steps()) {
            world.after(step.atNanos(), () -> world.incident(step.words()));
        }
        script.whens().forEach(when -> world.when(when.pattern(), when.words()));
    }

    /** What came of it. */
    public record Result(Optional<Violation> violation, Duration simulated, List<Trace.Line> trace) {}

    public World world() {
        return world;
    }

    /** To its end, or to the first breach of a rule. */
    public Result run() {
        Optional<Violation> violation = Optional.empty();
        try {
            world.runUntil(script.lasts());
            if (script.heals()) {
                settle();
            }
        } catch (Violation e) {
            violation = Optional.of(e);
        }
        return new Result(
                violation, Duration.ofNanos(world.nanos()), world.trace().lines());
    }

    private void settle() {
        world.heal();
        long until = world.nanos() + SETTLING.toNanos();
        // Machines boot, leaders are elected and hosts greeted before rest means anything.
        world.runUntil(world.nanos() + Duration.ofSeconds(45).toNanos());
        int calm = 0;
        while (world.nanos() < until && calm < 5) {
            world.runUntil(world.nanos() + LOOK);
            calm = world.checks().atRest() ? calm + 1 : 0;
        }
        if (calm < 5) {
            world.checks().settled();
        }
    }
}
