package io.kvorum.simulator.script;

import io.kvorum.simulator.world.Durations;
import io.kvorum.simulator.world.Setup;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to happen, as text. Lines before the first {@code at} or {@code when} describe the world.
 *
 * <pre>
 * hosts 3
 * vm web on h1 ha
 * at 5s power-loss h1
 * when h2 begins start web then crash leader for 3s
 * heal at 60s
 * expect web runs
 * </pre>
 *
 * @param lasts nanoseconds until the end, or until the faults are healed
 * @param heals whether all faults end then, and everything must come to rest
 */
public record Script(
        List<String> world, List<Step> steps, List<When> whens, List<String> expectations, long lasts, boolean heals) {

    /** Something that happens at a time. */
    public record Step(long atNanos, String words) {}

    /** Something that happens once, right after the trace has a line that contains the pattern. */
    public record When(String pattern, String words) {}

    private static final long REST = 30_000_000_000L;

    public Script {
        world = List.copyOf(world);
        steps = List.copyOf(steps);
        whens = List.copyOf(whens);
        expectations = List.copyOf(expectations);
    }

    public static Script parse(String text) {
        List<String> world = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        List<When> whens = new ArrayList<>();
        List<String> expectations = new ArrayList<>();
        long lasts = -1;
        boolean heals = false;
        for (String raw : text.lines().toList()) {
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("at ")) {
                String[] words = line.split(" +", 3);
                steps.add(new Step(Durations.nanos(words[1]), words[2]));
            } else if (line.startsWith("when ")) {
                int then = line.indexOf(" then ");
                whens.add(new When(line.substring(5, then), line.substring(then + 6)));
            } else if (line.startsWith("expect ")) {
                expectations.add(line.substring(7));
            } else if (line.startsWith("heal at ")) {
                heals = true;
                lasts = Durations.nanos(line.substring(8));
            } else if (line.startsWith("end at ")) {
                lasts = Durations.nanos(line.substring(7));
            } else {
                world.add(line);
            }
        }
        if (lasts < 0) {
            lasts = steps.stream().mapToLong(Step::atNanos).max().orElse(0) + REST;
        }
        return new Script(world, steps, whens, expectations, lasts, heals);
    }

    public Setup setup() {
        return Setup.of(world);
    }

    /** The same with fewer steps. */
    public Script with(List<Step> fewer) {
        return new Script(world, fewer, whens, expectations, lasts, heals);
    }

    /** The same with fewer lines about the world, such as VMs that play no part. */
    public Script withWorld(List<String> fewer) {
        return new Script(fewer, steps, whens, expectations, lasts, heals);
    }

    /** The text that {@link #parse} reads. */
    public String text() {
        StringBuilder text = new StringBuilder();
        world.forEach(line -> text.append(line).append('\n'));
        steps.forEach(step -> text.append("at ")
                .append(Durations.text(step.atNanos()))
                .append(' ')
                .append(step.words())
                .append('\n'));
        whens.forEach(when -> text.append("when ")
                .append(when.pattern())
                .append(" then ")
                .append(when.words())
                .append('\n'));
        text.append(heals ? "heal at " : "end at ")
                .append(Durations.text(lasts))
                .append('\n');
        expectations.forEach(line -> text.append("expect ").append(line).append('\n'));
        return text.toString();
    }
}
