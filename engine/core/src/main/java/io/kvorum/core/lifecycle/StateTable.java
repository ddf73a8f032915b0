package io.kvorum.core.lifecycle;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A state machine as one table of (from, trigger, to). What is not in the table cannot happen.
 *
 * @param <S> the states
 * @param <T> the triggers
 */
public final class StateTable<S extends Enum<S>, T extends Enum<T>> {

    /** One row. */
    public record Transition<S, T>(S from, T trigger, S to) {}

    private final List<Transition<S, T>> rows;
    private final Map<S, Map<T, S>> byState;

    private StateTable(Class<S> states, Class<T> triggers, List<Transition<S, T>> rows) {
        this.rows = List.copyOf(rows);
        this.byState = new EnumMap<>(states);
        for (Transition<S, T> row : rows) {
            S before = byState.computeIfAbsent(row.from(), s -> new EnumMap<>(triggers))
                    .put(row.trigger(), row.to());
            if (before != null) {
                throw new IllegalStateException("Two rows for " + row.from() + " on " + row.trigger());
            }
        }
    }

    /** A table made of the rows that {@code definition} adds. */
    public static <S extends Enum<S>, T extends Enum<T>> StateTable<S, T> of(
            Class<S> states, Class<T> triggers, Consumer<Rows<S, T>> definition) {
        Rows<S, T> rows = new Rows<>();
        definition.accept(rows);
        return new StateTable<>(states, triggers, rows.list);
    }

    /** The state that the trigger leads to, or empty where the table has no such row. */
    public Optional<S> next(S from, T trigger) {
        return Optional.ofNullable(byState.getOrDefault(from, Map.of()).get(trigger));
    }

    /** Like {@link #next}, for a caller that has made sure that the row is there. */
    public S require(S from, T trigger) {
        return next(from, trigger)
                .orElseThrow(() -> new IllegalStateException("No transition from " + from + " on " + trigger));
    }

    public List<Transition<S, T>> rows() {
        return rows;
    }

    /** The table as a Mermaid state diagram. */
    public String toMermaid() {
        StringBuilder text = new StringBuilder("stateDiagram-v2\n");
        for (Transition<S, T> row : rows) {
            text.append("    ")
                    .append(label(row.from()))
                    .append(" --> ")
                    .append(label(row.to()))
                    .append(": ")
                    .append(label(row.trigger()).replace('_', ' '))
                    .append('\n');
        }
        return text.toString();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Collects rows. */
    public static final class Rows<S, T> {
        private final List<Transition<S, T>> list = new ArrayList<>();

        private Rows() {}

        /** One row for each of the states named. */
        @SafeVarargs
        public final Rows<S, T> on(T trigger, S to, S... from) {
            for (S state : from) {
                list.add(new Transition<>(state, trigger, to));
            }
            return this;
        }
    }
}
