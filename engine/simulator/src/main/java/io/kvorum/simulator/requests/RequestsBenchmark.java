package io.kvorum.simulator.requests;

import io.kvorum.simulator.MeasuredOn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code deploy/bench requests --servers S --requests R}: how many of the recorded requests the scheduler accepts with one fixed
 * policy, beside {@link Baseline}s, all held against the servers by the {@link Checker}.
 */
public final class RequestsBenchmark {

    private static final int RUNS = 9;

    private RequestsBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4 || !arguments[0].equals("--servers") || !arguments[2].equals("--requests")) {
            System.err.println("Usage: deploy/bench requests --servers FILE --requests FILE");
            System.exit(2);
        }
        try {
            run(RequestTrace.read(Path.of(arguments[1]), Path.of(arguments[3])));
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(RequestTrace trace) throws IOException {
        MeasuredOn.print();
        System.out.printf(
                Locale.ROOT,
                "%d servers, %d requests%n%-34s %9s %8s %11s%n",
                trace.servers().size(),
                trace.requests().size(),
                "",
                "accepted",
                "vCPUs",
                "violations");
        int bestBaseline = 0;
        for (Baseline baseline : Baseline.values()) {
            List<Placed> placed = baseline.run(trace);
            report(baseline.words(), trace, placed);
            bestBaseline = Math.max(bestBaseline, placed.size());
        }
        double[] rates = new double[RUNS];
        List<Placed> ours = List.of();
        for (int i = 0; i < RUNS; i++) {
            KvorumReplay replay = new KvorumReplay(trace);
            ours = replay.run();
            rates[i] = trace.requests().size() / (replay.deciding() / 1e9);
        }
        report("Kvorum, density", trace, ours);
        Arrays.sort(rates);
        figure("accepted", ours.size(), "requests");
        figure("best_baseline", bestBaseline, "requests");
        figure("violations", Checker.violations(trace, ours).size(), "violations");
        figure("rate", rates[RUNS / 2], "decisions/s");
    }

    private static void report(String who, RequestTrace trace, List<Placed> placed) {
        List<String> violations = Checker.violations(trace, placed);
        violations.stream().limit(5).forEach(System.out::println);
        System.out.printf(
                Locale.ROOT,
                "%-34s %9d %8d %11d%n",
                who,
                placed.size(),
                placed.stream()
                        .mapToInt(one -> trace.requests().get(one.request()).cpus())
                        .sum(),
                violations.size());
    }

    private static void figure(String metric, double value, String unit) {
        System.out.printf(Locale.ROOT, "requests.%s %.0f %s%n", metric, value, unit);
    }
}
