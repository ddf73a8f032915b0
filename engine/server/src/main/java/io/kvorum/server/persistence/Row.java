package io.kvorum.server.persistence;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One row to be stored, with the statement for it: rows with the same columns have the same one. */
final class Row {

    static final String UPDATE = "update ";

    private record Column(
            String name, String mark, @Nullable Object value, boolean once) {

        String assignment(String prefix) {
            return name + " = " + (prefix.isEmpty() ? mark : prefix + name);
        }
    }

    private final String table;
    private final UUID id;
    private final List<Column> columns = new ArrayList<>();

    Row(String table, UUID id) {
        this.table = table;
        this.id = id;
    }

    Row with(String column, @Nullable Object value) {
        columns.add(new Column(column, "?", value, false));
        return this;
    }

    /** Stays as it was first stored. */
    Row withOnce(String column, Object value) {
        columns.add(new Column(column, "?", value, true));
        return this;
    }

    Row withJson(String column, String document) {
        columns.add(new Column(column, "?::jsonb", document, false));
        return this;
    }

    String upsert() {
        return "insert into " + table + " (id, "
                + columns.stream().map(Column::name).collect(Collectors.joining(", ")) + ") values (?, "
                + columns.stream().map(Column::mark).collect(Collectors.joining(", "))
                + ") on conflict (id) do update set " + assignments("excluded.");
    }

    List<@Nullable Object> upsertParameters() {
        List<@Nullable Object> parameters = new ArrayList<>();
        parameters.add(id);
        columns.forEach(column -> parameters.add(column.value()));
        return parameters;
    }

    String update() {
        return UPDATE + table + " set " + assignments("") + " where id = ?";
    }

    List<@Nullable Object> updateParameters() {
        List<@Nullable Object> parameters = new ArrayList<>();
        columns.stream().filter(column -> !column.once()).forEach(column -> parameters.add(column.value()));
        parameters.add(id);
        return parameters;
    }

    private String assignments(String prefix) {
        return columns.stream()
                .filter(column -> !column.once())
                .map(column -> column.assignment(prefix))
                .collect(Collectors.joining(", "));
    }
}
