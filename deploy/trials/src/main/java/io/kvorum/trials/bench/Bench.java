package io.kvorum.trials.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs one benchmark by its name. */
public final class Bench {

    private interface Benchmark {
        void run(Path root, List<String> options) throws Exception;
    }

    private static final Map<String, Benchmark> BENCHMARKS = Map.of(
            "start-overhead", (root, options) -> new Overhead(root, Overhead.What.START).run(),
            "migrate-overhead", (root, options) -> new Overhead(root, Overhead.What.MIGRATE).run(),
            "footprint", (root, options) -> new Footprint(root).run(),
            "failover", (root, options) -> new Failover(root).run(),
            "ha-restart", (root, options) -> new HaRestart(root).run(),
            "ha-restart-by-lease", (root, options) -> new HaRestart(root).byLease(),
            "fleet", (root, options) -> new Fleet(root, options).run(),
            "chaos", (root, options) -> new io.kvorum.trials.chaos.Chaos(root, 50).run());

    private Bench() {}

    /** Arguments: the project's folder, the benchmark's name, and its options. */
    public static void main(String[] args) throws Exception {
        Benchmark benchmark = args.length >= 2 ? BENCHMARKS.get(args[1]) : null;
        if (benchmark == null) {
            System.err.println("Benchmarks: "
                    + List.copyOf(BENCHMARKS.keySet()).stream().sorted().toList());
            System.exit(2);
            return;
        }
        Machine.print();
        benchmark.run(Path.of(args[0]), List.of(args).subList(2, args.length));
    }
}
