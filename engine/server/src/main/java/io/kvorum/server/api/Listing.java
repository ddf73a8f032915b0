package io.kvorum.server.api;

import io.kvorum.server.persistence.StoredRow;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list: filtered, sorted by name or time of creation, and continued where the last page ended whatever
 * came and went meanwhile (keyset paging).
 */
final class Listing<R extends StoredRow> {

    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1000;
    private static final char SEPARATOR = '\n';

    private final Class<R> type;
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private String sort = "name";
    private boolean descending;
    private int limit = DEFAULT_LIMIT;

    Listing(Class<R> type, PageRequest request) {
        this.type = type;
        if (request.limit != null) {
            if (request.limit < 1 || request.limit > MAX_LIMIT) {
                throw ProblemException.invalid("limit", request.limit, "Must be from 1 to " + MAX_LIMIT + ".");
            }
            limit = request.limit;
        }
        if (request.sort != null) {
            descending = request.sort.startsWith("-");
            sort = descending ? request.sort.substring(1) : request.sort;
            if (!sort.equals("name") && !sort.equals("createdAt")) {
                throw ProblemException.invalid(
                        "sort", request.sort, "Must be name or createdAt, with '-' for descending.");
            }
        }
        if (request.q != null && !request.q.isBlank()) {
            conditions.add("lower(name) like :q escape '!'");
            parameters.put("q", pattern(request.q));
        }
        if (request.cursor != null) {
            continueAfter(request.cursor);
        }
    }

    /** For {@code lower(name) like … escape '!'}: what has that in its name, whatever the case. */
    static String pattern(String part) {
        return "%" + part.toLowerCase(Locale.ROOT).replaceAll("([!%_])", "!$1") + "%";
    }

    /** Keeps only rows with that value, if there is one. */
    Listing<R> where(String field, @Nullable Object value) {
        if (value != null) {
            conditions.add(field + " = :" + field);
            parameters.put(field, value);
        }
        return this;
    }

    Listing<R> sortedBy(String defaultSort, boolean defaultDescending, PageRequest request) {
        if (request.sort == null) {
            sort = defaultSort;
            descending = defaultDescending;
            if (request.cursor != null) {
                conditions.removeLast();
                continueAfter(request.cursor);
            }
        }
        return this;
    }

    private void continueAfter(String cursor) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            int separator = text.lastIndexOf(SEPARATOR);
            String value = text.substring(0, separator);
            parameters.put("lastId", UUID.fromString(text.substring(separator + 1)));
            parameters.put("last", sort.equals("name") ? value : Instant.parse(value));
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException | DateTimeParseException e) {
            throw ProblemException.invalid("cursor", cursor, "Not a cursor of this list; begin without one.");
        }
        String than = descending ? "<" : ">";
        conditions.add("(" + sort + " " + than + " :last or (" + sort + " = :last and id " + than + " :lastId))");
    }

    <T> Page<T> page(EntityManager entities, Function<R, T> view) {
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        String order = descending ? " desc" : " asc";
        TypedQuery<R> query = entities.createQuery(
                "from " + type.getSimpleName() + where + " order by " + sort + order + ", id" + order, type);
        parameters.forEach(query::setParameter);
        List<R> rows = query.setMaxResults(limit + 1).getResultList();
        boolean more = rows.size() > limit;
        List<R> shown = more ? rows.subList(0, limit) : rows;
        return new Page<>(shown.stream().map(view).toList(), more ? cursor(shown.getLast()) : null);
    }

    private String cursor(R last) {
        String value = sort.equals("name") ? last.name : last.createdAt.toString();
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((value + SEPARATOR + last.id).getBytes(StandardCharsets.UTF_8));
    }
}
