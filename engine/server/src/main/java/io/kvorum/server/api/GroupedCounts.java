package io.kvorum.server.api;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.HashMap;
import java.util.Map;

/** Counts by the first column of a query. In SQL: of a VM's two tables, a count needs one. */
final class GroupedCounts {

    private GroupedCounts() {}

    /** @param sql answers a value and how often it is there, in each row */
    static Map<Object, Long> of(EntityManager entities, String sql, Map<String, Object> parameters) {
        Query query = entities.createNativeQuery(sql);
        parameters.forEach(query::setParameter);
        Map<Object, Long> counts = new HashMap<>();
        for (Object row : query.getResultList()) {
            Object[] columns = (Object[]) row;
            counts.put(columns[0], ((Number) columns[1]).longValue());
        }
        return counts;
    }
}
