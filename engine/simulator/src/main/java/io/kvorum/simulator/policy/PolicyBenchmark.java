package io.kvorum.simulator.policy;

import io.kvorum.simulator.policy.Replay.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * {@code deploy/bench policy --trace DIR}: power saving on recorded days, by the rules of {@link Replay}, beside the heuristics
 * that it is compared with. The figures are medians over the days.
 */
public final class PolicyBenchmark {

    private static final Map<String, Supplier<ReplayPolicy>> POLICIES = new LinkedHashMap<>();

    static {
        POLICIES.put("THR-0.8-MMT", () -> PublishedHeuristic.threshold(0.8));
        POLICIES.put("LR-1.2-MMT", () -> PublishedHeuristic.localRegression(1.2));
        POLICIES.put("oVirt power_saving", OvirtPowerSaving::new);
        POLICIES.put("Proxmox dynamic", ProxmoxDynamicLoad::new);
        POLICIES.put("Kvorum", () -> new KvorumPolicy(false));
        POLICIES.put("Kvorum, memory held", () -> new KvorumPolicy(true));
    }

    private PolicyBenchmark() {}

    public static void main(String[] arguments) {
        if (arguments.length != 2 || !arguments[0].equals("--trace")) {
            System.err.println(
                    "Usage: deploy/bench policy --trace DIR, a folder of days, each a folder with a file a VM");
            System.exit(2);
        }
        try {
            run(Trace.days(Path.of(arguments[1])));
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(List<Trace> days) {
        Map<String, Result[]> results = new LinkedHashMap<>();
        System.out.println(
                "day       policy                    kWh  migrations  SLATAH %   PDM %    SLAV %  ESV x 1000");
        for (int day = 0; day < days.size(); day++) {
            for (Map.Entry<String, Supplier<ReplayPolicy>> policy : POLICIES.entrySet()) {
                Result result = new Replay(days.get(day)).run(policy.getValue().get());
                results.computeIfAbsent(policy.getKey(), name -> new Result[days.size()])[day] = result;
                System.out.printf(
                        Locale.ROOT,
                        "%s  %-20s %8.2f  %10d  %8.3f  %6.4f  %8.6f  %10.4f%n",
                        days.get(day).name(),
                        policy.getKey(),
                        result.kwh(),
                        result.migrations(),
                        result.slatah() * 100,
                        result.pdm() * 100,
                        result.slav() * 100,
                        result.esv() * 1000);
            }
        }
        figure("kwh", results, "Kvorum", Result::kwh, "kWh");
        figure("migrations", results, "Kvorum", Result::migrations, "migrations");
        figure("slav_pct", results, "Kvorum", result -> result.slav() * 100, "%");
        figure("kwh_ram", results, "Kvorum, memory held", Result::kwh, "kWh");
        figure("bound_ram", results, "Kvorum, memory held", Result::boundKwh, "kWh");
        figure("over_bound_pct", results, "Kvorum, memory held", r -> (r.kwh() / r.boundKwh() - 1) * 100, "%");
        figure("thr_kwh", results, "THR-0.8-MMT", Result::kwh, "kWh");
        figure("thr_migrations", results, "THR-0.8-MMT", Result::migrations, "migrations");
    }

    private static void figure(
            String metric, Map<String, Result[]> results, String policy, ToDoubleFunction<Result> of, String unit) {
        double[] values = Arrays.stream(results.getOrDefault(policy, new Result[0]))
                .mapToDouble(of)
                .sorted()
                .toArray();
        double median = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
        System.out.printf(
                Locale.ROOT, unit.equals("%") ? "policy.%s %.6f %s%n" : "policy.%s %.2f %s%n", metric, median, unit);
    }
}
