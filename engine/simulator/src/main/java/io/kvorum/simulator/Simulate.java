package io.kvorum.simulator;

import io.kvorum.simulator.script.RandomScript;
import io.kvorum.simulator.script.Script;
import io.kvorum.simulator.world.Trace;
import io.kvorum.simulator.world.Violation;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** {@code deploy/bench simulate}: many seeds, or one again, or a script from a file. */
public final class Simulate {

    private static final int MAX_PRINTED = 10;
    private static final int CONTEXT_LINES = 250;

    private final SimulateOptions options;
    private final PrintStream out;
    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger violations = new AtomicInteger();
    private final AtomicLong simulatedSeconds = new AtomicLong();

    Simulate(SimulateOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] arguments) throws InterruptedException, IOException {
        SimulateOptions options;
        try {
            options = SimulateOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + SimulateOptions.USAGE);
            System.exit(2);
            return;
        }
        System.exit(new Simulate(options, System.out).run() == 0 ? 0 : 1);
    }

    /** The number of violations. */
    int run() throws InterruptedException, IOException {
        if (options.script() != null) {
            replay(Script.parse(Files.readString(Path.of(options.script()))), options.firstSeed());
        } else if (options.seeds() == 1) {
            replay(RandomScript.of(options.firstSeed()), options.firstSeed());
        } else {
            long began = System.nanoTime();
            runMany(began);
            double minutes = (System.nanoTime() - began) / 60e9;
            out.printf(Locale.ROOT, "simulate.seeds %d seeds%n", ran.get());
            out.printf(Locale.ROOT, "simulate.per_minute %.1f seeds/min%n", ran.get() / minutes);
            out.printf(Locale.ROOT, "simulate.simulated_hours %.1f h%n", simulatedSeconds.get() / 3600.0);
            out.printf(Locale.ROOT, "simulate.violations %d violations%n", violations.get());
        }
        return violations.get();
    }

    private void runMany(long began) throws InterruptedException {
        AtomicLong next = new AtomicLong(options.firstSeed());
        long last = options.firstSeed() + options.seeds();
        List<Runnable> workers = new ArrayList<>();
        for (int i = 0; i < options.threads(); i++) {
            workers.add(() -> {
                for (long seed = next.getAndIncrement(); seed < last && !late(began); seed = next.getAndIncrement()) {
                    one(seed);
                }
            });
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(options.threads())) {
            workers.forEach(executor::execute);
            executor.shutdown();
            while (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
                out.printf(Locale.ROOT, "%d seeds, %d violations%n", ran.get(), violations.get());
            }
        }
    }

    private boolean late(long began) {
        return options.minutes() > 0 && System.nanoTime() - began > TimeUnit.MINUTES.toNanos(options.minutes());
    }

    private void one(long seed) {
        Script script = RandomScript.of(seed);
        Simulation.Result result = new Simulation(script, seed).run();
        ran.incrementAndGet();
        simulatedSeconds.addAndGet(result.simulated().toSeconds());
        result.violation().ifPresent(violation -> {
            if (violations.incrementAndGet() <= MAX_PRINTED) {
                explain(seed, script, violation);
            }
        });
    }

    private void explain(long seed, Script script, Violation violation) {
        Script shortest = options.shrink() ? new Shrinker(seed, violation.rule()).shrink(script) : script;
        Simulation.Result again = new Simulation(shortest, seed).run();
        StringBuilder text = new StringBuilder();
        text.append("\nSeed ")
                .append(seed)
                .append(": ")
                .append(violation.getMessage())
                .append('\n');
        text.append("Again: deploy/bench simulate --seed ").append(seed).append("\nThe shortest script that breaks ");
        text.append(violation.rule()).append(":\n").append(shortest.text());
        List<Trace.Line> trace = again.trace();
        if (options.shrink()) {
            trace.subList(Math.max(0, trace.size() - CONTEXT_LINES), trace.size())
                    .forEach(line -> text.append(line).append('\n'));
        }
        synchronized (out) {
            out.print(text);
        }
    }

    private void replay(Script script, long seed) {
        Simulation.Result result = new Simulation(script, seed).run();
        result.trace().forEach(out::println);
        ran.incrementAndGet();
        result.violation().ifPresent(violation -> {
            violations.incrementAndGet();
            if (violation.getCause() != null) {
                violation.getCause().printStackTrace(out);
            }
            explain(seed, script, violation);
        });
        out.printf(
                Locale.ROOT,
                "simulate.simulated_hours %.1f h%n",
                result.simulated().toSeconds() / 3600.0);
        out.printf(Locale.ROOT, "simulate.violations %d violations%n", violations.get());
    }
}
