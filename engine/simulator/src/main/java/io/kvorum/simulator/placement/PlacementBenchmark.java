package io.kvorum.simulator.placement;

import io.kvorum.simulator.MeasuredOn;
import io.kvorum.simulator.placement.Churn.Window;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.runner.RunnerException;

/**
 * {@code deploy/bench placement}: decisions a second on one thread, all filters and weights of {@code evenly_distributed}, in
 * clusters that stay full while VMs come and go ({@link Churn}). The figures' rates are JMH's ({@link PlacementJmh}); the curve and
 * the percentiles are those of a long run: medians of windows after others to warm up. The time of a decision includes the
 * release before it and the reservation after it in the rates, and neither in the percentiles.
 */
public final class PlacementBenchmark {

    static final int VMS_PER_HOST = 20;
    private static final int[] CURVE = {30, 100, 300, 1000, 3000, 10_000};
    private static final int WARM_UP = 4;
    private static final int WINDOWS = 9;

    private PlacementBenchmark() {}

    /** One point of the curve. */
    private record Point(double rate, double p50, double p99, double bytes, double nowhere) {}

    public static void main(String[] arguments) throws IOException, RunnerException {
        if (arguments.length != 0) {
            System.err.println("Usage: deploy/bench placement");
            System.exit(2);
        }
        MeasuredOn.print();
        System.out.println(" hosts      VMs  rules  decisions/s   p50 us   p99 us  bytes/decision  ns/host  nowhere %");
        Point thousand = new Point(0, 0, 0, 0, 0);
        for (int hosts : CURVE) {
            Point point = point(hosts, false);
            thousand = hosts == 1000 ? point : thousand;
        }
        point(1000, true);
        double rate1000 = PlacementJmh.rate(1000, false);
        double rate10000 = PlacementJmh.rate(10_000, false);
        double rateAffinity = PlacementJmh.rate(1000, true);
        figure("rate_1000", rate1000, "decisions/s");
        figure("p99_us_1000", thousand.p99(), "us");
        figure("rate_10000", rate10000, "decisions/s");
        figure("rate_affinity", rateAffinity, "decisions/s");
        figure("bytes_per_decision", thousand.bytes(), "B");
    }

    private static Point point(int hosts, boolean rules) {
        Churn churn = new Churn(hosts, hosts * VMS_PER_HOST, rules);
        int decisions = Math.clamp(20_000_000L / hosts, 2000, 50_000);
        for (int i = 0; i < WARM_UP; i++) {
            churn.window(decisions);
        }
        Window[] windows = new Window[WINDOWS];
        for (int i = 0; i < WINDOWS; i++) {
            windows[i] = churn.window(decisions);
        }
        Point point = new Point(
                median(windows, Window::rate),
                median(windows, window -> window.percentileMicros(0.5)),
                median(windows, window -> window.percentileMicros(0.99)),
                median(windows, Window::bytesPerDecision),
                median(windows, Window::nowhereShare));
        System.out.printf(
                Locale.ROOT,
                "%6d  %7d  %5s  %11.0f  %7.1f  %7.1f  %14.0f  %7.1f  %9.1f%n",
                hosts,
                hosts * VMS_PER_HOST,
                rules ? "yes" : "no",
                point.rate(),
                point.p50(),
                point.p99(),
                point.bytes(),
                point.p50() * 1e3 / hosts,
                point.nowhere() * 100);
        return point;
    }

    private static double median(Window[] windows, ToDoubleFunction<Window> of) {
        double[] values = Arrays.stream(windows).mapToDouble(of).sorted().toArray();
        return values[values.length / 2];
    }

    private static void figure(String metric, double value, String unit) {
        System.out.printf(Locale.ROOT, "placement.%s %.1f %s%n", metric, value, unit);
    }
}
