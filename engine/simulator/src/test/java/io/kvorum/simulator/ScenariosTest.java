package io.kvorum.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.simulator.script.Expectations;
import io.kvorum.simulator.script.Script;
import io.kvorum.simulator.world.Trace;
import io.kvorum.simulator.world.Violation;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Faults on a timeline and what must come of them: one scenario after each {@code == name} line of the files. */
class ScenariosTest {

    private static final int SEEDS = 5;
    private static final int TRACE_LINES = 150;

    private record Scenario(String file, String name, Script script) {}

    @TestFactory
    Stream<DynamicTest> comesOutAsWritten() throws IOException, URISyntaxException {
        return scenarios().stream()
                .map(scenario ->
                        DynamicTest.dynamicTest(scenario.file() + ": " + scenario.name(), () -> run(scenario)));
    }

    @Test
    void everyScenarioExpectsSomethingOfItsOwn() throws IOException, URISyntaxException {
        List<Scenario> all = scenarios();
        all.forEach(scenario ->
                assertFalse(scenario.script().expectations().isEmpty(), scenario.name() + " expects nothing"));
        assertEquals(all.size(), all.stream().map(Scenario::name).distinct().count());
        assertEquals(
                all.size(), all.stream().map(s -> s.script().text()).distinct().count());
    }

    /** The course must not hang on chance: a few seeds of delays, the same outcome. */
    private static void run(Scenario scenario) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = new Simulation(scenario.script(), seed);
            Simulation.Result result = simulation.run();
            List<String> trace = result.trace().stream().map(Trace.Line::words).toList();
            Expectations expectations = new Expectations(simulation.world().look(), trace);
            List<String> unmet = new ArrayList<>();
            String violation = result.violation().map(Violation::rule).orElse("");
            boolean wanted = false;
            for (String expectation : scenario.script().expectations()) {
                if (expectation.startsWith("violation ")) {
                    wanted = true;
                    if (!violation.equals(expectation.substring(10))) {
                        unmet.add("Expected: " + expectation);
                    }
                } else {
                    String why = expectations.unmet(expectation);
                    if (why != null) {
                        unmet.add(why);
                    }
                }
            }
            if (!wanted) {
                result.violation().ifPresent(broken -> unmet.add(Objects.toString(broken.getMessage())));
            }
            long with = seed;
            List<Trace.Line> lines = result.trace();
            assertTrue(
                    unmet.isEmpty(),
                    () -> "Seed " + with + ": " + unmet + "\n"
                            + String.join(
                                    "\n",
                                    lines.subList(Math.max(0, lines.size() - TRACE_LINES), lines.size()).stream()
                                            .map(Object::toString)
                                            .toList()));
        }
    }

    private static List<Scenario> scenarios() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(ScenariosTest.class.getResource("/scenarios"))
                .toURI());
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.sorted().toList();
        }
        List<Scenario> scenarios = new ArrayList<>();
        for (Path file : files) {
            String[] parts = Files.readString(file).split("(?m)^== ");
            for (int i = 1; i < parts.length; i++) {
                int end = parts[i].indexOf('\n');
                scenarios.add(new Scenario(
                        file.getFileName().toString(),
                        parts[i].substring(0, end).strip(),
                        Script.parse(parts[i].substring(end))));
            }
        }
        return scenarios;
    }
}
