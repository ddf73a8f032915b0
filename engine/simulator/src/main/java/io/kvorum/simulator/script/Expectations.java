package io.kvorum.simulator.script;

import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.operations.Operation;
import io.kvorum.simulator.world.Look;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario expects at its end, one a line:
 *
 * <pre>
 * web runs on h2               its guest is alive there and nowhere else
 * web runs elsewhere than h1   its guest is alive on one host, another one
 * web runs nowhere
 * vm web is unknown            as the database has it
 * host h1 is down
 * host h1 is asleep            power saving switched it off
 * ask-1 succeeded              what became of a request, by its label
 * log host.silent h1           the log has a line of that code about that subject
 * log twice vm.started web     exactly twice
 * no log host.down h1
 * order host.silent h1, host.down h1, vm.started web
 * trace h2 begins start web    the trace has such a line
 * no trace h1 begins start web
 * </pre>
 */
public final class Expectations {

    private static final List<String> COUNTS = List.of("never", "once", "twice", "thrice");

    private final Look look;
    private final List<String> trace;

    public Expectations(Look look, List<String> trace) {
        this.look = look;
        this.trace = List.copyOf(trace);
    }

    /** Why the expectation does not hold, or null. */
    public @Nullable String unmet(String expectation) {
        List<String> words = Arrays.asList(expectation.split(" +"));
        boolean holds = switch (words.getFirst()) {
            case "vm" -> state(look.vmState(words.get(1)).map(Enum::name).orElse("gone"), words.get(3));
            case "host" ->
                words.get(3).equals("asleep")
                        ? look.sleeps(words.get(1))
                        : state(look.hostState(words.get(1)).map(Enum::name).orElse("gone"), words.get(3));
            case "log" -> logged(words.subList(1, words.size()));
            case "order" -> inOrder(expectation.substring(6));
            case "trace" -> traced(expectation.substring(6));
            case "no" ->
                words.get(1).equals("trace")
                        ? !traced(expectation.substring(9))
                        : count(words.subList(2, words.size())) == 0;
            default -> words.get(1).equals("runs") ? runs(words) : ended(words.getFirst(), words.get(1));
        };
        return holds ? null : "Expected: " + expectation + ". Found: " + found(words);
    }

    private static boolean state(String is, String expected) {
        return is.toLowerCase(Locale.ROOT).equals(expected);
    }

    private boolean runs(List<String> words) {
        List<String> hosts = look.whereRuns(words.getFirst());
        return switch (words.size() > 2 ? words.get(2) : "") {
            case "on" -> hosts.equals(List.of(words.get(3)));
            case "elsewhere" -> hosts.size() == 1 && !hosts.contains(words.get(4));
            case "nowhere" -> hosts.isEmpty();
            default -> hosts.size() == 1;
        };
    }

    private boolean ended(String label, String state) {
        return state(look.operation(label).map(Operation::state).map(Enum::name).orElse("lost"), state);
    }

    private boolean traced(String pattern) {
        return trace.stream().anyMatch(line -> line.contains(pattern));
    }

    private boolean logged(List<String> words) {
        int exactly = COUNTS.indexOf(words.getFirst());
        return exactly < 0 ? count(words) > 0 : count(words.subList(1, words.size())) == exactly;
    }

    private long count(List<String> words) {
        return look.log().stream().filter(entry -> is(entry, words)).count();
    }

    private static boolean is(LogEntry entry, List<String> words) {
        return entry.code().equals(words.getFirst())
                && (words.size() < 2
                        || (entry.subject() != null && entry.subject().name().equals(words.get(1))));
    }

    private boolean inOrder(String list) {
        List<List<String>> wanted = new ArrayList<>();
        for (String one : list.split(", *")) {
            wanted.add(Arrays.asList(one.split(" +")));
        }
        int next = 0;
        for (LogEntry entry : look.log()) {
            if (next < wanted.size() && is(entry, wanted.get(next))) {
                next++;
            }
        }
        return next == wanted.size();
    }

    private String found(List<String> words) {
        String name =
                words.getFirst().equals("vm") || words.getFirst().equals("host") ? words.get(1) : words.getFirst();
        return name + " runs on " + look.whereRuns(name) + ", VM " + look.vmState(name) + ", host "
                + look.hostState(name) + ", operation "
                + look.operation(name).map(operation -> operation.state() + " " + operation.problem()) + "; log: "
                + look.log().stream()
                        .map(entry -> entry.code() + " "
                                + (entry.subject() == null
                                        ? ""
                                        : entry.subject().name()))
                        .toList();
    }
}
