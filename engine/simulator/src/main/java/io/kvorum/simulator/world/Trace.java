package io.kvorum.simulator.world;

import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What happened, line by line. The same seed writes the same bytes. */
public final class Trace {

    /** One thing that happened; {@code words} begin with who did what, such as {@code h1 takes start web}. */
    public record Line(long nanos, String words) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%12.6f %s", nanos / 1e9, words);
        }
    }

    private record Trigger(String pattern, Runnable action) {}

    private final Agenda agenda;
    private final List<Line> lines = new ArrayList<>();
    private final List<Trigger> triggers = new ArrayList<>();

    private final Names names;

    Trace(Agenda agenda, Names names) {
        this.agenda = agenda;
        this.names = names;
    }

    public List<Line> lines() {
        return lines;
    }

    void add(String words) {
        lines.add(new Line(agenda.nanos(), words));
        if (!triggers.isEmpty()) {
            for (Trigger trigger : List.copyOf(triggers)) {
                if (words.contains(trigger.pattern()) && triggers.remove(trigger)) {
                    agenda.after(0, trigger.action());
                }
            }
        }
    }

    /** A row changed: tells what people would want to know of it. */
    void changed(@Nullable Entity before, Entity after) {
        switch (after) {
            case Vm vm -> {
                String was = before instanceof Vm old ? words(old) : "nothing";
                if (!was.equals(words(vm))) {
                    add("vm " + vm.name() + ": " + was + " -> " + words(vm));
                }
            }
            case Host host -> {
                if (!(before instanceof Host old) || old.state() != host.state()) {
                    add("host " + host.name() + ": " + World.lower(host.state()));
                }
            }
            case Entity other -> {}
        }
    }

    private String words(Vm vm) {
        UUID host = vm.hostId();
        UUID target = vm.status().targetHostId();
        return World.lower(vm.state())
                + (host == null ? "" : " " + names.of(host))
                + (target == null ? "" : "+" + names.of(target))
                + (vm.status().wantedRunning() ? "" : " unwanted");
    }

    /** Does that, once, right after the next line that contains the pattern. */
    void when(String pattern, Runnable action) {
        triggers.add(new Trigger(pattern, action));
    }
}
