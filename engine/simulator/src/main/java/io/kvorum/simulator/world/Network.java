package io.kvorum.simulator.world;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Links between replicas, database, election, hosts and BMCs. Messages take different times, so they overtake each
 * other; one that is sent into a cut link is lost, or held by a sender that goes on trying, until the link is there
 * again.
 */
final class Network {

    private record Link(String from, String to) {}

    private final Agenda agenda;
    private final Dice dice;
    private final Map<Link, Integer> cuts = new HashMap<>();
    private final Map<Link, List<Runnable>> held = new HashMap<>();
    double loss;
    double duplication;
    double lingering = 0.3;
    long slowestMicros = 3000;

    Network(Agenda agenda, Dice dice) {
        this.agenda = agenda;
        this.dice = dice;
    }

    boolean open(String from, String to) {
        return cuts.isEmpty() || !cuts.containsKey(new Link(from, to));
    }

    boolean openBothWays(String one, String other) {
        return open(one, other) && open(other, one);
    }

    void cut(String from, String to) {
        cuts.merge(new Link(from, to), 1, Integer::sum);
    }

    void heal(String from, String to) {
        Link link = new Link(from, to);
        cuts.computeIfPresent(link, (l, n) -> n == 1 ? null : n - 1);
        if (!cuts.containsKey(link)) {
            release(link);
        }
    }

    void healAll() {
        cuts.clear();
        loss = 0;
        duplication = 0;
        List.copyOf(held.keySet()).forEach(this::release);
    }

    private void release(Link link) {
        List<Runnable> waiting = held.remove(link);
        if (waiting != null) {
            waiting.forEach(message -> agenda.after(0, message));
        }
    }

    long delay() {
        return dice.micros(150, slowestMicros);
    }

    /** A message on its own: it may be lost, doubled, late, or overtaken. */
    void send(String from, String to, Runnable deliver) {
        send(from, to, delay(), deliver);
    }

    void send(String from, String to, long delayNanos, Runnable deliver) {
        if (dice.chance(loss)) {
            return;
        }
        int copies = dice.chance(duplication) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (open(from, to)) {
                agenda.after(delayNanos, () -> {
                    if (open(from, to)) {
                        deliver.run();
                    } else {
                        strand(from, to, deliver);
                    }
                });
            } else {
                strand(from, to, deliver);
            }
        }
    }

    private void strand(String from, String to, Runnable deliver) {
        if (dice.chance(lingering)) {
            held.computeIfAbsent(new Link(from, to), l -> new ArrayList<>()).add(deliver);
        }
    }
}
