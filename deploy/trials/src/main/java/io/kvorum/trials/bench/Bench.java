package io.kvorum.trials.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs one benchmark by its name. */
public final class Bench {

    private interface Benchmark {
        void run(Path root) throws Exception;
    }

    private static final Map<String, Benchmark> BENCHMARKS = Map.of(
            "start-overhead", root -> new Overhead(root, Overhead.What.START).run(),
            "migrate-overhead", root -> new Overhead(root, Overhead.What.MIGRATE).run(),
            "footprint", root -> new Footprint(root).run(),
            "failover", root -> new Failover(root).run(),
            "ha-restart", root -> new HaRestart(root).run(),
            "ha-restart-by-lease", root -> new HaRestart(root).byLease(),
            "chaos", root -> new io.kvorum.trials.chaos.Chaos(root, 50).run());

    private Bench() {}

    /** Arguments: the project's folder and the benchmark's name. */
    public static void main(String[] args) throws Exception {
        Benchmark benchmark = args.length == 2 ? BENCHMARKS.get(args[1]) : null;
        if (benchmark == null) {
            System.err.println("Benchmarks: "
                    + List.copyOf(BENCHMARKS.keySet()).stream().sorted().toList());
            System.exit(2);
            return;
        }
        Machine.print();
        benchmark.run(Path.of(args[0]));
    }
}
