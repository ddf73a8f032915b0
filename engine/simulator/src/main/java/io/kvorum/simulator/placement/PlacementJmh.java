package io.kvorum.simulator.placement;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The same decisions measured by JMH, each with the release before it and the reservation after it. */
@NullUnmarked
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class PlacementJmh {

    private static final TimeValue ITERATION = TimeValue.seconds(4);

    @Param("1000")
    public int hosts;

    @Param("false")
    public boolean rules;

    private Churn churn;

    @Setup(Level.Trial)
    public void fill() {
        churn = new Churn(hosts, hosts * PlacementBenchmark.VMS_PER_HOST, rules);
    }

    /** What JMH counts beside its operations: a VM that fits nowhere makes two decisions of one operation. */
    @State(Scope.Thread)
    @AuxCounters
    public static class Made {
        public long decisions;
    }

    @Benchmark
    public void replaceOne(Made made) {
        made.decisions += churn.replaceOne();
    }

    /** Decisions a second in a JVM of their own. */
    static double rate(int hosts, boolean rules) throws RunnerException {
        Options options = new OptionsBuilder()
                .include("^" + PlacementJmh.class.getName() + "\\.")
                .param("hosts", Integer.toString(hosts))
                .param("rules", Boolean.toString(rules))
                .forks(1)
                .warmupIterations(4)
                .warmupTime(ITERATION)
                .measurementIterations(8)
                .measurementTime(ITERATION)
                .verbosity(VerboseMode.SILENT)
                .build();
        var result = new Runner(options).runSingle().getSecondaryResults().get("decisions");
        System.out.printf(
                Locale.ROOT,
                "JMH: %,d hosts%s: %,.0f ± %,.0f decisions/s%n",
                hosts,
                rules ? ", with rules" : "",
                result.getScore(),
                result.getScoreError());
        return result.getScore();
    }
}
